import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Manifest } from "../analysis/run.ts";

/** `results/<stack>/`; LLMBENCH_RESULTS moves the root, so that tests and CI keep out of the user's results. */
export function stackFolder(root: string, stack: string): string {
  return join(process.env.LLMBENCH_RESULTS ?? join(root, "results"), stack);
}

/**
 * Folder of one attempt at a run. The first has the run's id, a retry gets `-a2`, `-a3`: what a failed attempt left is
 * evidence and is never overwritten.
 */
export class RunFolder {
  readonly path: string;
  readonly attempt: number;
  /** Name of its system in a comparison of several stacks or folders; null: its target's. */
  readonly system: string | null;

  constructor(path: string, attempt: number, system: string | null = null) {
    this.path = path;
    this.attempt = attempt;
    this.system = system;
  }

  /** Of runs that were made at once, one may lack an earlier attempt. */
  static latest(stackFolder: string, runId: string): RunFolder {
    const names = existsSync(stackFolder) ? readdirSync(stackFolder) : [];
    const prefix = `${runId}-a`;
    const later = names.flatMap((name) => (name.startsWith(prefix) ? [Number(name.slice(prefix.length))] : []));
    return RunFolder.at(stackFolder, runId, Math.max(1, ...later.filter(Number.isInteger)));
  }

  static at(stackFolder: string, runId: string, attempt: number): RunFolder {
    return new RunFolder(attemptPath(stackFolder, runId, attempt), attempt);
  }

  next(stackFolder: string, runId: string): RunFolder {
    return new RunFolder(attemptPath(stackFolder, runId, this.attempt + 1), this.attempt + 1);
  }

  /** Native files of the harness: untouched after the run. */
  get native(): string {
    return join(this.path, "results");
  }

  /** absent: nothing there. unfinished: files without a manifest, e.g. after a power cut. */
  get state(): Manifest["status"] | "absent" | "unfinished" {
    if (!existsSync(this.path)) return "absent";
    return this.manifest?.status ?? "unfinished";
  }

  get manifest(): Manifest | null {
    const file = join(this.path, "manifest.json");
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : null;
  }

  /** Written last and by rename: its presence says that everything else is there. */
  writeManifest(manifest: Manifest): void {
    const file = join(this.path, "manifest.json");
    writeFileSync(`${file}.tmp`, `${JSON.stringify(manifest, null, 2)}\n`);
    renameSync(`${file}.tmp`, file);
  }

  write(path: string, text: string): void {
    const file = join(this.path, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text.endsWith("\n") ? text : `${text}\n`);
  }
}

function attemptPath(stackFolder: string, runId: string, attempt: number): string {
  return join(stackFolder, attempt === 1 ? runId : `${runId}-a${attempt}`);
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
