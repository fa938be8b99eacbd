import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { RunFolder } from "./runFolder.ts";

/** In a folder that compares several runs: their folders, relative to it. `./bench report` reads it. */
export const runsFile = "runs.json";

/** What a folder that compares several runs was made of. */
export interface RunList {
  readonly folders: readonly RunFolder[];
  /** null: the stacks' names. */
  readonly title: string | null;
  /** Name of the system that the others are compared with; null: the first. */
  readonly baseline: string | null;
}

/** Named runs, with what a bare list of paths cannot say; of one stack there is nothing else to say. */
interface NamedRuns {
  readonly title: string | null;
  readonly baseline: string | null;
  readonly runs: readonly { readonly path: string; readonly system: string | null }[];
}

export function writeRunList(out: string, { folders, title, baseline }: RunList): void {
  const runs = folders.map(({ path, system }) => ({ path: relative(out, path), system }));
  const named: NamedRuns = { title, baseline, runs };
  const bare = title === null && baseline === null && runs.every(({ system }) => system === null);
  writeFileSync(join(out, runsFile), `${JSON.stringify(bare ? runs.map(({ path }) => path) : named, null, 2)}\n`);
}

/** null: the folder has none. */
export function readRunList(folder: string): RunList | null {
  const file = join(folder, runsFile);
  if (!existsSync(file)) return null;
  const list = JSON.parse(readFileSync(file, "utf8")) as readonly string[] | NamedRuns;
  const named =
    "runs" in list ? list : { title: null, baseline: null, runs: list.map((path) => ({ path, system: null })) };
  const folders = named.runs.map(({ path, system }) => new RunFolder(resolve(folder, path), 1, system));
  return { folders, title: named.title, baseline: named.baseline };
}
