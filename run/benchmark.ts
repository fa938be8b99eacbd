import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Analysis } from "../analysis/analysis.ts";
import type { Manifest } from "../analysis/run.ts";
import { fingerprint } from "../scenario/runId.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Driver } from "./driver.ts";
import { localRun } from "./localRun.ts";
import { type PlannedRun, plannedSeconds, projectRoot } from "./plannedRun.ts";
import { RunFolder, stackFolder } from "./runFolder.ts";

/** What `up` tells at its end. */
export interface BenchmarkResult {
  readonly status: Manifest["status"];
  /** Runs of the scenario. */
  readonly runs: number;
  /** Runs made now; 0: everything was there already. */
  readonly ran: number;
  /** One sentence per run that is not complete. */
  readonly problems: readonly string[];
  readonly reportFolder: string;
  /** null: not one run left anything to analyse. */
  readonly analysis: Analysis | null;
}

/** Folder of the report: the run's own where there is one run, else one that stands for just this set of runs. */
export function reportFolder(scenario: Scenario, runs: readonly PlannedRun[]): string {
  const stack = stackFolder(projectRoot, scenario.stack);
  const [first] = runs;
  if (runs.length === 1 && first) return RunFolder.latest(stack, first.runId).path;
  return join(stack, `compare-${fingerprint(runs.map((run) => run.runId)).slice(0, 8)}`);
}

/** The analysis that is on disk for exactly these runs, if any: what a preview shows and an unchanged `up` returns. */
export function knownAnalysis(scenario: Scenario, runs: readonly PlannedRun[]): Analysis | null {
  const file = join(reportFolder(scenario, runs), "analysis", "data", "stats.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Analysis) : null;
}

/**
 * Makes every planned run that is not there yet, one after the other, and writes the report. Idempotent by run id: a
 * complete run is never redone; a failed or partial one only with `driver.retry`, in a folder beside the first.
 */
export async function runBenchmark(
  scenario: Scenario,
  runs: readonly PlannedRun[],
  apiKeys: Readonly<Record<string, string>>,
  driver: Driver,
): Promise<BenchmarkResult> {
  const stack = stackFolder(projectRoot, scenario.stack);
  const todo = runs.filter(({ runId }) => needsRun(RunFolder.latest(stack, runId).state, driver.retry));
  let ran = 0;
  for (const run of todo) {
    if (driver.signal.aborted) break;
    const latest = RunFolder.latest(stack, run.runId);
    const folder = latest.state === "absent" ? latest : latest.next(stack, run.runId);
    const number = ++ran;
    driver.say(`run ${number}/${todo.length} ${run.runId}`);
    const manifest = await localRun(
      scenario,
      run,
      folder,
      apiKeys[run.target.name] ?? null,
      driver,
      (harness, plan) => {
        const eta = (harness.etaSeconds ?? plannedSeconds(plan)) + (todo.length - number) * plannedSeconds(plan);
        harness.etaSeconds === null ? null : harness.etaSeconds + (todo.length - number) * plannedSeconds(plan);
        driver.progress({ run: number, runs: todo.length, target: run.target.name, harness, etaSeconds: eta });
      },
    );
    if (manifest.status !== "complete") driver.warn(`run ${run.runId} is ${manifest.status}: ${manifest.reason}`);
  }
  const folders = runs.map((run) => RunFolder.latest(stack, run.runId));
  const out = reportFolder(scenario, runs);
  const analysis = (ran === 0 && knownAnalysis(scenario, runs)) || (await analyse(folders, out, driver));
  const problems = folders.flatMap((folder, i) => problem(runs[i] as PlannedRun, folder));
  const status = problems.length === 0 ? "complete" : analysis === null ? "failed" : "partial";
  return { status, runs: runs.length, ran, problems, reportFolder: out, analysis };
}

/** Imported when it is needed: the figures' libraries take a second to load, and most calls of `up` change nothing. */
async function analyse(folders: readonly RunFolder[], out: string, driver: Driver): Promise<Analysis | null> {
  const { writeResults } = await import("./results.ts");
  return writeResults(folders, out, driver);
}

function needsRun(state: RunFolder["state"], retry: boolean): boolean {
  return state === "absent" || (state !== "complete" && retry);
}

function problem(run: PlannedRun, folder: RunFolder): string[] {
  switch (folder.state) {
    case "complete":
      return [];
    case "absent":
      return [`run ${run.runId} was not made`];
    case "unfinished":
      return [`run ${run.runId} was killed before it ended; what it left is in ${folder.path}`];
    default:
      return [`run ${run.runId} is ${folder.state}: ${folder.manifest?.reason}`];
  }
}
