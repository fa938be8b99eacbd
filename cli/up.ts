import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { BenchmarkResult } from "../run/benchmark.ts";
import { describeScenario } from "../run/describeScenario.ts";
import { planAgain, plannedRuns } from "../run/plannedRun.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import { interruptController } from "./interrupt.ts";
import { loadScenario } from "./loadScenario.ts";
import { engineOutput, programLoaded, withStack } from "./openStack.ts";
import type { RecordedState } from "./recordedState.ts";
import { otherCluster } from "./sameCluster.ts";
import { shownPath } from "./shownPath.ts";
import { ownAmong, takeOver } from "./takeOver.ts";
import { TerminalDriver } from "./terminalDriver.ts";
import { validityExit } from "./validityExit.ts";
import { withoutReadBack } from "./withoutReadBack.ts";

export interface UpOptions {
  readonly retry: boolean;
  readonly verbose: boolean;
  /** One more repetition than the stack file and earlier calls have asked for. */
  readonly again?: boolean;
  /** "standup" or "debug" in place of what the stack file says. */
  readonly mode?: string;
  /** A step of something larger, which tells the result itself. */
  readonly quiet?: boolean;
}

/** `./bench up STACK`; returns the exit code: 0 complete, 1 partial or failed, 3 complete and invalid, 130 interrupted. */
export async function up(name: string, options: UpOptions): Promise<number> {
  if (options.mode !== undefined) process.env.LLMBENCH_MODE = options.mode;
  const scenario = loadScenario(name);
  if (options.again) planAgain(scenario);
  const runs = plannedRuns(scenario);
  if (!options.quiet) process.stdout.write(`${describeScenario(scenario, runs)}\n\n`);
  const interrupt = interruptController(
    scenario.cluster === null ? undefined : "no longer waiting: what runs in the cluster goes on there",
  );
  const driver = new TerminalDriver({ retry: options.retry, interrupt });
  try {
    const deploy = async (stack: Stack, state: RecordedState) => {
      if (scenario.cluster !== null) await checkState(stack, state, name, scenario.cluster, driver);
      await withoutReadBack(stack).up({ suppressProgress: true, ...engineOutput(options) });
    };
    await withStack(name, deploy, driver, programLoaded(scenario.cluster));
  } catch (error) {
    if (!interrupt.signal.aborted) {
      // What was measured is told all the same; that something could not be deployed must not be lost behind it.
      if (driver.result !== null && driver.result.ran > 0 && !options.quiet) await printResult(driver.result, name);
      throw error;
    }
    // Ctrl-C in a terminal reaches the engine as well: it ends at once, while the generator still flushes.
    await driver.settled(60);
  }
  if (driver.result !== null && !options.quiet) await printResult(driver.result, name);
  if (interrupt.signal.aborted) return 130;
  if (scenario.mode !== "benchmark") return 0;
  if (driver.result?.status !== "complete") return 1;
  return driver.result.analysis === null ? 0 : validityExit(driver.result.analysis);
}

/** What earlier calls left: on another cluster nothing is touched; what a killed one created without a note is ours. */
async function checkState(
  stack: Stack,
  state: RecordedState,
  name: string,
  settings: ClusterSettings,
  driver: TerminalDriver,
) {
  const other = otherCluster(name, settings, state.cluster);
  if (other !== null) throw other;
  const own = await ownAmong(state.unconfirmed, name, settings, stack);
  await takeOver(own, name, settings, stack, (line) => driver.say(line));
}

async function printResult(result: BenchmarkResult, name: string): Promise<void> {
  const out = (text: string) => process.stdout.write(`${text}\n`);
  const { analysis, problems } = result;
  if (analysis !== null) {
    // Here, because statistics are 400 modules that the engine need not wait for.
    const { terminalTable } = await import("../analysis/write/terminalTable.ts");
    out(terminalTable(analysis));
  }
  // The table's own warnings tell why an analysed run is not complete.
  else for (const problem of problems) out(`! ${problem}`);
  if (problems.length > 0) {
    out(`! ${result.runs - problems.length} of ${result.runs} runs are complete; all results are kept.`);
    out(
      result.notMade === problems.length
        ? `  next: ./bench up ${name} makes the others`
        : `  next: ./bench up ${name} --retry runs the others again, beside what is there`,
    );
  } else if (result.ran === 0) {
    out("Nothing was to be done: every run of this scenario is complete.");
  }
  if (analysis !== null) out(`Report: ${shownPath(join(result.reportFolder, "report.html"))}`);
}
