import { relative } from "node:path";
import { terminalTable } from "../analysis/write/terminalTable.ts";
import { reportFolder } from "../run/benchmark.ts";
import { plannedRuns, projectRoot } from "../run/plannedRun.ts";
import { writeResults } from "../run/results.ts";
import { RunFolder, stackFolder } from "../run/runFolder.ts";
import { CommandError } from "./commandError.ts";
import { interruptController } from "./interrupt.ts";
import { loadScenario } from "./loadScenario.ts";
import { TerminalDriver } from "./terminalDriver.ts";

/** `./bench collect STACK`: reads the native files of the stack's runs again and writes analysis and report anew. */
export async function collect(name: string): Promise<number> {
  const scenario = loadScenario(name);
  const runs = plannedRuns(scenario);
  const folders = runs
    .map((run) => RunFolder.latest(stackFolder(projectRoot, name), run.runId))
    .filter(({ state }) => state !== "absent");
  if (folders.length === 0) {
    throw new CommandError(`stack "${name}" has no results of its present scenario`, `./bench up ${name} makes them`);
  }
  const out = reportFolder(scenario, runs);
  const driver = new TerminalDriver({ retry: false, interrupt: interruptController() });
  const analysis = await writeResults(folders, out, driver);
  if (analysis === null) return 1;
  process.stdout.write(`${terminalTable(analysis)}\nReport: ${relative(process.cwd(), out)}/report.html\n`);
  return folders.length === runs.length && folders.every(({ state }) => state === "complete") ? 0 : 1;
}
