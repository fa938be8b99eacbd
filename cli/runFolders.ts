import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runsFile } from "../run/results.ts";
import { RunFolder } from "../run/runFolder.ts";
import { CommandError } from "./commandError.ts";

/** Runs of a folder: of one run, or of one that compares several. */
export function runFolders(out: string): RunFolder[] {
  if (existsSync(join(out, "manifest.json")) || existsSync(join(out, "results", "requests.bin"))) {
    return [new RunFolder(out, 1)];
  }
  const list = join(out, runsFile);
  if (existsSync(list)) {
    return (JSON.parse(readFileSync(list, "utf8")) as string[]).map((path) => new RunFolder(resolve(out, path), 1));
  }
  throw new CommandError(
    `${out} is neither a run folder (with manifest.json) nor a comparison (with ${runsFile})`,
    "name a folder below results/STACK/",
    2,
  );
}
