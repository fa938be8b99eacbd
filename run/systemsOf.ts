import { basename, resolve } from "node:path";
import { systemName } from "../analysis/systemName.ts";
import { RunError } from "./runError.ts";
import { RunFolder } from "./runFolder.ts";

/** What the user named, and the runs that it means. */
export interface Named {
  readonly what: string;
  readonly folders: readonly RunFolder[];
}

/** Runs with the names of their systems. */
export interface NamedSystems {
  readonly folders: readonly RunFolder[];
  /** As a title says it. */
  readonly title: string;
  /** Names of the systems of each `what`, in their order. */
  readonly systems: ReadonlyMap<string, readonly string[]>;
}

/**
 * One system for each target of each of them. Targets that are called alike in two of them are named after these: two
 * engines may not be pooled as repetitions of one because their stacks use the same word.
 * @throws RunError where one run would be on both sides of a comparison
 */
export function systemsOf(named: readonly Named[]): NamedSystems {
  refuseSameRun(named);
  const labels = labelsOf(named.map(({ what }) => what));
  const targets = named.map(({ folders }) => [...new Set(folders.map(targetOf))]);
  const nameIn = (index: number, target: string): string => {
    const own = targets[index] as readonly string[];
    const among = targets.filter((_, other) => other !== index).flat();
    if (!among.includes(target)) return target;
    const label = labels[index] as string;
    // A stack may be called as another one's target.
    return own.length === 1 && !among.includes(label) ? label : `${label}/${target}`;
  };
  return {
    folders: named.flatMap(({ folders }, index) =>
      folders.map((folder) => new RunFolder(folder.path, folder.attempt, nameIn(index, targetOf(folder)))),
    ),
    title: labels.join(" and "),
    systems: new Map(
      named.map(({ what }, index) => [what, (targets[index] ?? []).map((target) => nameIn(index, target))]),
    ),
  };
}

/** A comparison may be compared again: then its names stand. */
function targetOf({ system, manifest }: RunFolder): string {
  return systemName({ target: "unknown", ...manifest, system });
}

/** The last part of a path, or all of it where that is not enough. */
function labelsOf(words: readonly string[]): string[] {
  const short = words.map((word) => basename(resolve(word)));
  return short.map((label, i) => (short.indexOf(label) === short.lastIndexOf(label) ? label : (words[i] as string)));
}

function refuseSameRun(named: readonly Named[]): void {
  const seen = new Map<string, string>();
  for (const { what, folders } of named) {
    for (const { path } of folders) {
      const other = seen.get(path);
      if (other !== undefined)
        throw new RunError(`"${other}" and "${what}" both mean the run ${path}; name two different ones`);
      seen.set(path, what);
    }
  }
}
