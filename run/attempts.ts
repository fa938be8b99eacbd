import type { Scenario } from "../scenario/scenario.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { projectRoot } from "./projectRoot.ts";
import { RunFolder, stackFolder } from "./runFolder.ts";

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
  return batches(runs, (run) => run.group).flatMap((members) =>
    members[0]?.group === null
      ? members.flatMap((run) => ofOne(scenario, stack, run, retry))
      : ofGroup(stack, members, retry),
  );
}

/** Neighbours of one group together, each other one by itself. */
export function batches<T>(items: readonly T[], groupOf: (item: T) => string | null): T[][] {
  const found: T[][] = [];
  for (const item of items) {
    const last = found.at(-1);
    const group = groupOf(item);
    if (group !== null && last?.[0] !== undefined && groupOf(last[0]) === group) last.push(item);
    else found.push([item]);
  }
  return found;
}

function ofOne(scenario: Scenario, stack: string, run: PlannedRun, retry: boolean): Attempt[] {
  const folder = RunFolder.latest(stack, run.runId);
  if (folder.state === "absent" || (folder.state === "unfinished" && scenario.cluster !== null))
    return [{ run, folder }];
  return folder.state !== "complete" && retry ? [{ run, folder: folder.next(stack, run.runId) }] : [];
}

/**
 * Runs that were loaded together mean something only together: where one failed, all are made again, under the same number,
 * since they meet in a folder of that number.
 */
function ofGroup(stack: string, members: readonly PlannedRun[], retry: boolean): Attempt[] {
  const found = members.map((run) => ({ run, folder: RunFolder.latest(stack, run.runId) }));
  const attempt = Math.max(...found.map(({ folder }) => folder.attempt));
  const all = (number: number, of = members) =>
    of.map((run) => ({ run, folder: RunFolder.at(stack, run.runId, number) }));
  const states = members.map((run) => ({ run, state: RunFolder.at(stack, run.runId, attempt).state }));
  const open = states.flatMap(({ run, state }) => (state === "absent" || state === "unfinished" ? [run] : []));
  const failed = states.some(({ state }) => state === "failed" || state === "partial");
  if (failed && retry) return all(attempt + 1);
  // Groups are of clusters only, where all their Jobs were declared at once: one that nobody has fetched went on there.
  return all(attempt, open);
}
