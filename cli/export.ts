import { existsSync, mkdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { analyse } from "../analysis/analyse.ts";
import { importRun } from "../analysis/import/importRun.ts";
import { type ExportedFile, exportAs, exportFormats, TooManyRows } from "../analysis/write/export.ts";
import { namedRuns } from "../run/namedRuns.ts";
import { projectRoot } from "../run/projectRoot.ts";
import { stackFolder } from "../run/runFolder.ts";
import { CommandError } from "./commandError.ts";
import { toPlace, writeOutput } from "./outputFile.ts";
import { shownPath } from "./shownPath.ts";

export interface ExportOptions {
  readonly format: string;
  readonly out?: string;
}

/** `./bench export STACK_OR_FOLDER --format F`: results in a format of others, to stdout, a file or a folder. */
export async function exportResults(what: string, { format, out }: ExportOptions): Promise<number> {
  if (!exportFormats.some((known) => known === format))
    throw new CommandError(`format "${format}" is not known`, `use one of: ${exportFormats.join(", ")}`, 2);
  const runs = await Promise.all(namedRuns(what).map(({ path }) => importRun(path)));
  const analysis = analyse(runs, { title: basename(what), folderOf: () => "." });
  const files = exported(format, runs, analysis);
  const [only] = files;
  if (only === undefined)
    throw new CommandError(`there is nothing of ${what} in format ${format}`, "see its report", 1);
  if (out === undefined && files.length === 1) {
    process.stdout.write(only.text);
    return 0;
  }
  // Several files dropped into whatever folder somebody stands in are found again by nobody.
  const place = out ?? join(stackFolder(projectRoot, "export"), `${basename(resolve(what))}-${format}`);
  for (const path of write(files, place)) process.stderr.write(`wrote ${path}\n`);
  return 0;
}

function exported(...args: Parameters<typeof exportAs>): ExportedFile[] {
  try {
    return exportAs(...args);
  } catch (error) {
    if (!(error instanceof TooManyRows)) throw error;
    throw new CommandError(error.message, "results/requests.csv of each run holds its rows");
  }
}

/** Into a folder, or, where there is one file, as a file of that name. */
function write(files: readonly ExportedFile[], out: string): string[] {
  const isFolder = files.length > 1 || (existsSync(out) && statSync(out).isDirectory()) || out.endsWith("/");
  if (isFolder) toPlace("--out", out, () => mkdirSync(out, { recursive: true }));
  return files.map(({ name, text }) => {
    const path = isFolder ? join(out, name) : out;
    writeOutput("--out", path, text);
    return shownPath(resolve(path));
  });
}
