import { plannedRuns, projectRoot } from "../run/plannedRun.ts";
import { RunFolder, stackFolder } from "../run/runFolder.ts";
import { describeScenario } from "./describeScenario.ts";
import { loadScenario } from "./loadScenario.ts";
import { engineOutput, withStack } from "./openStack.ts";

/** `./bench preview STACK`: the scenario is checked, nothing is started; says what `up` would run. */
export async function preview(name: string, options: { verbose: boolean }): Promise<number> {
  const scenario = loadScenario(name);
  const runs = plannedRuns(scenario);
  process.stdout.write(`${describeScenario(scenario, runs)}\n\n`);
  const { changeSummary } = await withStack(name, (stack) => stack.preview(engineOutput(options)));
  const summary = Object.entries(changeSummary).map(([kind, count]) => `${count} ${kind}`);
  process.stdout.write(`Resources: ${summary.join(", ") || "none"}\n`);
  const folder = stackFolder(projectRoot, name);
  for (const run of runs) process.stdout.write(`  ${run.runId}: ${plan(RunFolder.latest(folder, run.runId).state)}\n`);
  return 0;
}

function plan(state: RunFolder["state"]): string {
  switch (state) {
    case "absent":
      return "would run";
    case "complete":
      return "complete, would not run again";
    default:
      return `${state}, would run again only with --retry`;
  }
}
