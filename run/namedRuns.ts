import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Manifest } from "../analysis/run.ts";
import { systemName } from "../analysis/systemName.ts";
import { nearest } from "../scenario/nearest.ts";
import { plannedRuns } from "./plannedRun.ts";
import { projectRoot } from "./projectRoot.ts";
import { RunError } from "./runError.ts";
import { RunFolder, stackFolder } from "./runFolder.ts";
import { readRunList, runsFile } from "./runList.ts";
import { scenarioOfStack, stackNames } from "./stackFiles.ts";

/**
 * The runs that a word of the command line means: a stack (those of its present scenario that were made), a folder
 * results/STACK (of each target its newest runs), a run folder, a folder that compares several, or one that was imported.
 * @throws RunError with what would be understood
 */
export function namedRuns(what: string): RunFolder[] {
  if (stackNames().includes(what)) return runsOfStack(what);
  const folder = [resolve(what), stackFolder(projectRoot, what)].find(isFolder);
  if (folder === undefined) throw new RunError(notThere(what));
  const runs = runsOfReport(folder) ?? newestRuns(folder);
  if (runs.length > 0) return runs;
  throw new RunError(
    `${what} holds no run: it is no run folder (with manifest.json), no comparison (with ${runsFile}) and no folder of runs; name one below results/`,
  );
}

/** Of a folder that holds the report of one run, or of several: these runs; null: it holds no such report. */
export function runsOfReport(folder: string): RunFolder[] | null {
  if (existsSync(join(folder, "manifest.json")) || existsSync(join(folder, "results", "requests.bin")))
    return [new RunFolder(folder, 1)];
  return readRunList(folder)?.folders.slice() ?? null;
}

function runsOfStack(stack: string): RunFolder[] {
  const folder = stackFolder(projectRoot, stack);
  const made = plannedRuns(scenarioOfStack(stack, "warn"))
    .map(({ runId }) => RunFolder.latest(folder, runId))
    .filter(({ manifest }) => manifest !== null);
  if (made.length > 0) return made;
  const older = isFolder(folder) && newestRuns(folder).length > 0;
  throw new RunError(
    `stack "${stack}" has no results of its present scenario; ./bench up ${stack} makes them${older ? `, and ${folder} names those of an earlier one` : ""}`,
  );
}

/**
 * Of each target and harness the runs that share the newest one's scenario, and of each the last attempt: a folder keeps
 * what earlier scenarios left, and to pool these as repetitions would compare a mixture.
 */
function newestRuns(folder: string): RunFolder[] {
  const runs = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => new RunFolder(join(folder, name), 1))
    .flatMap((run) => (run.manifest === null ? [] : [{ run, manifest: run.manifest }]));
  const newest = new Map<string, Manifest>();
  for (const { manifest } of runs) {
    const known = newest.get(systemOf(manifest));
    if (known === undefined || madeAt(manifest) > madeAt(known)) newest.set(systemOf(manifest), manifest);
  }
  return runs
    .filter(({ manifest }) => runSetOf(manifest) === runSetOf(newest.get(systemOf(manifest)) as Manifest))
    .filter(
      ({ manifest: one }) =>
        !runs.some(({ manifest }) => manifest.runId === one.runId && manifest.attempt > one.attempt),
    )
    .sort(({ manifest: a }, { manifest: b }) => a.repetition - b.repetition || (madeAt(a) < madeAt(b) ? -1 : 1))
    .map(({ run }) => run);
}

function systemOf(manifest: Manifest): string {
  return `${manifest.harness} ${systemName(manifest)}`;
}

/** What repetitions of one scenario have in common. */
function runSetOf({ runId }: Manifest): string {
  return runId.replace(/-r\d+$/, "");
}

/** Imported files may tell no wall clock; when they came here is known. */
function madeAt({ startedAt, provenance }: Manifest): string {
  return startedAt === "unknown" ? String(provenance.machine.importedAt ?? "") : startedAt;
}

function notThere(what: string): string {
  const known = [...stackNames(), ...resultNames()];
  const meant = nearest(basename(what), known);
  const near = meant === null ? "" : ` Did you mean "${meant}"?`;
  return `"${what}" is neither a stack nor a folder with results.${near} Stacks: ${stackNames().join(", ")}; folders: see results/`;
}

function resultNames(): string[] {
  const root = stackFolder(projectRoot, "");
  return isFolder(root) ? readdirSync(root) : [];
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
