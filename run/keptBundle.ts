import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Kept {
  /** File, from the project's folder -> hash of what it held. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly code: string;
}

/**
 * What an earlier command made of the same files, or null. To compare them takes 10 ms; to start esbuild and bundle them
 * again takes 0.2 s of CPU, in every command.
 */
export function keptBundle(root: string, program: string): string | null {
  try {
    const { inputs, code } = JSON.parse(readFileSync(keptIn(root, program), "utf8")) as Kept;
    return Object.entries(inputs).every(([path, hash]) => hashOf(root, path) === hash) ? code : null;
  } catch {
    return null;
  }
}

/** @param paths all that went into it, from the project's folder: where one changes, it is made again */
export function keepBundle(root: string, program: string, paths: readonly string[], code: string): void {
  try {
    const kept: Kept = { inputs: Object.fromEntries(paths.map((path) => [path, hashOf(root, path)])), code };
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

function hashOf(root: string, path: string): string {
  return createHash("sha256")
    .update(readFileSync(join(root, path)))
    .digest("hex");
}
