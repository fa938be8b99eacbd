import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Analysis } from "../analysis/analysis.ts";
import type { Manifest } from "../analysis/run.ts";
import type { HarnessProgress } from "../harness/recordFormat.ts";
import type { Criteria } from "../scenario/criteria.ts";
import { canonicalJson, fingerprint } from "../scenario/runId.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Attempt, batches, nextAttempts } from "./attempts.ts";
import type { Driver, RunProgress } from "./driver.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { projectRoot } from "./projectRoot.ts";
import { RunFolder, stackFolder } from "./runFolder.ts";

export { type Attempt, identityOf, nextAttempts } from "./attempts.ts";

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

/** @param plannedSeconds length of the stages that have a time; 0: none has */
export type OnProgress = (progress: HarnessProgress, plannedSeconds: number) => void;

/** Makes one run into its folder; null: interrupted before there was anything to keep, e.g. while its Job goes on. */
export type MakeRun = (run: PlannedRun, folder: RunFolder, onProgress: OnProgress) => Promise<Manifest | null>;

/**
 * Makes the runs in `todo`, one after the other but for those of a group, and writes the report over all of `runs`.
 * Idempotent by run id: what `nextAttempts` leaves out is never redone.
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
  const turns = batches(todo, ({ run }) => run.group);
  for (const [turn, attempts] of turns.entries()) {
    if (driver.signal.aborted) break;
    await makeAtOnce(
      attempts,
      { first: ran + 1, runs: todo.length, turnsLeft: turns.length - turn - 1 },
      makeRun,
      driver,
    );
    ran += attempts.length;
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

/** Of the first of the runs, from 1, and of all. */
interface Turn {
  readonly first: number;
  readonly runs: number;
  readonly turnsLeft: number;
}

/** One run, or all of a group. One that fails leaves what the others measured. */
async function makeAtOnce(
  attempts: readonly Attempt[],
  { first, runs, turnsLeft }: Turn,
  makeRun: MakeRun,
  driver: Driver,
): Promise<void> {
  const ids = attempts.map(({ run }) => run.runId);
  const numbers = attempts.map((_, i) => first + i);
  driver.say(`run ${numbers.join("+")}/${runs} ${ids.join(" and ")}${ids.length > 1 ? ", at once" : ""}`);
  const states = new Map<number, RunProgress>();
  const made = await Promise.allSettled(
    attempts.map(({ run, folder }, i) =>
      makeRun(run, folder, (harness, seconds) => {
        const etaSeconds = (harness.etaSeconds ?? seconds) + turnsLeft * seconds;
        const mine = { run: first + i, runs, target: run.target.name, harness, etaSeconds };
        states.set(i, mine);
        const beside = [...states].flatMap(([other, state]) => (other === i ? [] : [state]));
        driver.progress(beside.length === 0 ? mine : { ...mine, beside });
      }),
    ),
  );
  const broken = made.find((result) => result.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  const manifests = made.flatMap((result) => (result.status === "fulfilled" ? (result.value ?? []) : []));
  const bad = manifests.filter(({ status }) => status !== "complete");
  for (const { runId, status, reason } of bad) driver.warn(`run ${runId} is ${status}: ${reason}`);
  if (attempts.length > 1 && bad.length > 0 && !driver.signal.aborted)
    driver.warn(`${ids.join(" and ")} were not loaded together to the end; --retry repeats all of them`);
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
      return [`run ${run.runId} is ${folder.state}: ${folder.manifest?.reason}${besideText(run)}`];
  }
}

function besideText({ loadedWith }: PlannedRun): string {
  return loadedWith.length === 0 ? "" : ` (loaded with ${loadedWith.join(", ")}: --retry repeats all of them)`;
}
