import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Input {
  /** Size and time of the last change: where they are the same, nobody need read the file. */
  readonly stamp: string;
  readonly sha256: string;
}

interface Kept {
  /** File, from the project's folder -> what it was. */
  readonly inputs: Readonly<Record<string, Input>>;
  readonly code: string;
}

/**
 * What an earlier command made of the same files, or null. To compare them takes milliseconds, also in a copy of the
 * project, whose files have other times; to start esbuild and bundle them again takes 0.2 s of CPU, in every command.
 */
export function keptBundle(root: string, program: string): string | null {
  try {
    const { inputs, code } = JSON.parse(readFileSync(keptIn(root, program), "utf8")) as Kept;
    return Object.entries(inputs).every((input) => isSame(root, input)) ? code : null;
  } catch {
    return null;
  }
}

/**
 * @param paths all that went into it, from the project's folder: where one changes, it is made again
 * @param code or the name of the folder that holds it
 * @param begunAtMs when they began to be read (ms since 1970): with one that changed meanwhile it is not kept
 */
export function keepBundle(
  root: string,
  program: string,
  paths: readonly string[],
  code: string,
  begunAtMs: number,
): void {
  try {
    const changed = paths.map((path) => statSync(join(root, path)).mtimeMs);
    // Not those of the future, which a clock that is off gives: they would never be kept.
    if (changed.some((timeMs) => timeMs >= begunAtMs && timeMs <= Date.now())) return;
    const kept: Kept = { inputs: Object.fromEntries(paths.map((path) => [path, inputOf(root, path)])), code };
    const file = keptIn(root, program);
    mkdirSync(join(root, ".bench"), { recursive: true });
    const partial = `${file}.${randomBytes(4).toString("hex")}`;
    writeFileSync(partial, JSON.stringify(kept));
    // Another command may be reading it.
    renameSync(partial, file);
  } catch {
    // A folder that cannot be written to costs time, nothing else.
  }
}

function keptIn(root: string, program: string): string {
  return join(root, ".bench", `bundle-${program}.json`);
}

function isSame(root: string, [path, { stamp, sha256 }]: [string, Input]): boolean {
  return stampOf(root, path) === stamp || hashOf(root, path) === sha256;
}

function inputOf(root: string, path: string): Input {
  return { stamp: stampOf(root, path), sha256: hashOf(root, path) };
}

function stampOf(root: string, path: string): string {
  const { size, mtimeNs } = statSync(join(root, path), { bigint: true });
  return `${size} ${mtimeNs}`;
}

function hashOf(root: string, path: string): string {
  return createHash("sha256")
    .update(readFileSync(join(root, path)))
    .digest("hex");
}
