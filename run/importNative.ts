import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { answeredBySimulator } from "../analysis/import/answeredBySimulator.ts";
import { importerOf } from "../analysis/import/importRun.ts";
import type { Manifest } from "../analysis/run.ts";
import { checksums } from "./closeRun.ts";
import { projectRoot } from "./projectRoot.ts";
import { RunError } from "./runError.ts";
import { RunFolder, stackFolder } from "./runFolder.ts";

export interface NativeSource {
  /** A folder of native files, or one file. */
  readonly path: string;
  /** Whose files they are. */
  readonly harness: string;
  /** Folder below results/ and name of the system. */
  readonly as: string;
  /** Whoever imports knows that the engine was simulated. */
  readonly simulated: boolean;
}

/**
 * A run folder with native files that were made elsewhere: copied, read once, and described by a manifest. The same files
 * make the same run, so that importing them again changes nothing; others never do.
 * @throws ImportError when they cannot be read, before anything is written; RunError when there is nothing at the path
 */
export async function importNative({ path, harness, as, simulated }: NativeSource): Promise<RunFolder> {
  if (!existsSync(path)) throw new RunError(`there is nothing at ${path}; name a folder of native files, or one file`);
  const isFolder = statSync(path).isDirectory();
  if (isFolder && readdirSync(path).length === 0)
    throw new RunError(`${path} is empty; name the folder with the files`);
  const importer = importerOf(harness, "--harness");
  const folder = new RunFolder(join(stackFolder(projectRoot, as), `.importing-${process.pid}`), 1);
  mkdirSync(folder.native, { recursive: true });
  try {
    cpSync(path, isFolder ? folder.native : join(folder.native, basename(path)), { recursive: isFolder });
    const results = await importer(folder.native).catch((error: Error) => {
      // Of the copy only we know.
      error.message = error.message.replaceAll(folder.native, isFolder ? path : dirname(path));
      throw error;
    });
    const files = await checksums(folder);
    const hash = createHash("sha256")
      .update(JSON.stringify([harness, simulated, files]))
      .digest("hex")
      .slice(0, 8);
    // The files' own run id is what they say, no path to write to, and all attempts at a run have the same.
    const runId = `${as}-${hash}-r1`;
    const final = new RunFolder(join(stackFolder(projectRoot, as), runId), 1);
    if (existsSync(final.path)) return final;
    const now = new Date().toISOString();
    const startedAt = results.startedAt ?? "unknown";
    const manifest: Manifest = {
      formatVersion: 1,
      runId,
      stack: as,
      scenarioName: as,
      target: results.plan?.target.name ?? as,
      repetition: 1,
      attempt: 1,
      harness,
      simulated: simulated || (await answeredBySimulator(folder.native)) !== null,
      job: null,
      status: results.problems.length === 0 ? "complete" : "partial",
      reason: null,
      startedAt,
      endedAt:
        results.startedAt === null
          ? "unknown"
          : new Date(Date.parse(startedAt) + results.durationSeconds * 1000).toISOString(),
      provenance: {
        scenario: null,
        seed: 0,
        versions: {},
        machine: {
          importedFrom: basename(path),
          importedAt: now,
          ...(results.plan ? { importedRunId: results.plan.runId } : {}),
        },
        harness: null,
        simulation: simulated ? { assumptions: ["The engine was simulated, as told at the import."], speed: 1 } : null,
      },
      files,
    };
    folder.writeManifest(manifest);
    renameSync(folder.path, final.path);
    return final;
  } finally {
    rmSync(folder.path, { recursive: true, force: true });
  }
}
