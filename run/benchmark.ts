import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Analysis } from "../analysis/analysis.ts";
import type { Manifest } from "../analysis/run.ts";
import type { HarnessProgress } from "../harness/recordFormat.ts";
import type { Criteria } from "../scenario/criteria.ts";
import { canonicalJson, fingerprint } from "../scenario/runId.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Driver } from "./driver.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { projectRoot } from "./projectRoot.ts";
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
  /** Of these, runs that were not come to, or that go on in the cluster: a plain `up` takes them up. */
  readonly notMade: number;
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

/**
 * The analysis that is on disk for exactly these runs, judged as the scenario now says: what a preview shows and an
 * unchanged `up` returns. null also after a change of an objective, a margin or a price: the runs stay, the verdict is old.
 */
export function knownAnalysis(scenario: Scenario, runs: readonly PlannedRun[]): Analysis | null {
  const file = join(reportFolder(scenario, runs), "analysis", "data", "stats.json");
  if (!existsSync(file)) return null;
  const analysis = JSON.parse(readFileSync(file, "utf8")) as Partial<Analysis>;
  if (analysis.formatVersion !== 1 || analysis.criteria === undefined) return null;
  return canonicalJson(analysis.criteria) === canonicalJson(scenario.criteria) ? (analysis as Analysis) : null;
}

/** A run that is to be made, and the folder for it. */
export interface Attempt {
  readonly run: PlannedRun;
  readonly folder: RunFolder;
}

/** As the names of its objects need it. */
export function identityOf({ run, folder }: Attempt): PlannedRun & { readonly attempt: number } {
  return { ...run, attempt: folder.attempt };
}

/**
 * What is to be done for a complete set of runs: those that are not there, and with `retry` those that failed, beside
 * what they left. A folder without a manifest is a killed run on this machine; on a cluster the run went on, and only
 * its copy is to be finished.
 */
export function nextAttempts(scenario: Scenario, runs: readonly PlannedRun[], retry: boolean): Attempt[] {
  const stack = stackFolder(projectRoot, scenario.stack);
  return runs.flatMap((run) => {
    const folder = RunFolder.latest(stack, run.runId);
    if (folder.state === "absent" || (folder.state === "unfinished" && scenario.cluster !== null))
      return [{ run, folder }];
    return folder.state !== "complete" && retry ? [{ run, folder: folder.next(stack, run.runId) }] : [];
  });
}

/** @param plannedSeconds length of the stages that have a time; 0: none has */
export type OnProgress = (progress: HarnessProgress, plannedSeconds: number) => void;

/** Makes one run into its folder; null: interrupted before there was anything to keep, e.g. while its Job goes on. */
export type MakeRun = (run: PlannedRun, folder: RunFolder, onProgress: OnProgress) => Promise<Manifest | null>;

/**
 * Makes the runs in `todo`, one after the other, and writes the report over all of `runs`. Idempotent by run id: what
 * `nextAttempts` leaves out is never redone.
 */
export async function runBenchmark(
  scenario: Scenario,
  runs: readonly PlannedRun[],
  todo: readonly Attempt[],
  makeRun: MakeRun,
  driver: Driver,
): Promise<BenchmarkResult> {
  const stack = stackFolder(projectRoot, scenario.stack);
  let ran = 0;
  for (const { run, folder } of todo) {
    if (driver.signal.aborted) break;
    const number = ++ran;
    driver.say(`run ${number}/${todo.length} ${run.runId}`);
    const manifest = await makeRun(run, folder, (harness, seconds) => {
      const eta = (harness.etaSeconds ?? seconds) + (todo.length - number) * seconds;
      driver.progress({ run: number, runs: todo.length, target: run.target.name, harness, etaSeconds: eta });
    });
    if (manifest !== null && manifest.status !== "complete")
      driver.warn(`run ${run.runId} is ${manifest.status}: ${manifest.reason}`);
  }
  const folders = runs.map((run) => RunFolder.latest(stack, run.runId));
  const out = reportFolder(scenario, runs);
  const analysis =
    (ran === 0 && knownAnalysis(scenario, runs)) || (await analyse(folders, out, driver, scenario.criteria));
  const problems = folders.flatMap((folder, i) => problem(runs[i] as PlannedRun, folder));
  const status = problems.length === 0 ? "complete" : analysis === null ? "failed" : "partial";
  const notMade = nextAttempts(scenario, runs, false).length;
  return { status, runs: runs.length, ran, problems, notMade, reportFolder: out, analysis };
}

/** Imported when it is needed: the figures' libraries take a second to load, and most calls of `up` change nothing. */
async function analyse(
  folders: readonly RunFolder[],
  out: string,
  driver: Driver,
  criteria: Criteria,
): Promise<Analysis | null> {
  const { writeResults } = await import("./results.ts");
  return writeResults(folders, out, driver, { criteria });
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
