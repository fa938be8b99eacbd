import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HarnessPlan } from "../../../harness/plan.ts";
import type { EngineIdentity, HarnessSummary } from "../../../harness/recordFormat.ts";
import type { Manifest } from "../../run.ts";
import { collectAgain, ImportError } from "../importError.ts";

/** manifest.json of a run folder, or null where none is written yet. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  return readJson<Manifest>(join(folder, "manifest.json"), [
    "runId",
    "stack",
    "target",
    "repetition",
    "status",
    "provenance",
  ]);
}

export async function readPlan(native: string): Promise<HarnessPlan | null> {
  const plan = await readJson<HarnessPlan>(join(native, "plan.json"), ["runId", "target", "stages", "seed"]);
  if (plan !== null && (!Array.isArray(plan.stages) || plan.stages.length === 0)) {
    throw new ImportError(join(native, "plan.json"), '"stages" is not a list with at least one stage', collectAgain);
  }
  return plan;
}

/** null when the generator was killed before it could write it. */
export async function readSummary(native: string): Promise<HarnessSummary | null> {
  return readJson<HarnessSummary>(join(native, "summary.json"), ["runId", "status", "startedAt", "endedMs", "stages"]);
}

/** null for runs made before the load generator wrote it, and by others. */
export async function readEngine(native: string): Promise<EngineIdentity | null> {
  return readJson<EngineIdentity>(join(native, "engine.json"), ["simulator"]);
}

async function readJson<T extends { formatVersion: number }>(
  file: string,
  keys: (keyof T & string)[],
): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new ImportError(file, `cannot be read (${(error as Error).message})`, "check its permissions");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ImportError(file, `is not JSON (${text.length} characters)`, collectAgain);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ImportError(file, "does not hold a JSON object", collectAgain);
  }
  const record = value as T;
  if (record.formatVersion !== 1) {
    throw new ImportError(
      file,
      `formatVersion is ${JSON.stringify(record.formatVersion)}, allowed: 1`,
      "read it with the version of this project that wrote it",
    );
  }
  const missing = keys.filter((key) => record[key] === undefined);
  if (missing.length > 0) throw new ImportError(file, `has no "${missing.join('", "')}"`, collectAgain);
  return record;
}
