import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { collectAgain, ImportError } from "../importError.ts";
import { type JsonObject, textOf } from "../json/looseJson.ts";
import { parsePythonJson } from "../json/pythonJson.ts";

const SUMMARY = "profile_export_aiperf.json";
const ROWS = "profile_export.jsonl";
const RUN_CONFIG = "run_config.json";
/** Per-phase and over-all figures that 2026 releases put beside the loads. */
const notLoads = new Set(["phases", "aggregate", "sweep_aggregate", "logs"]);

/** What aiperf left of one load. */
export interface PointFiles {
  readonly folder: string;
  readonly summary: JsonObject | null;
  /** Of a sweep only; stands in for the settings when there is no summary. */
  readonly config: JsonObject | null;
  readonly rows: string | null;
}

/** Folders with results of one load each, in the order in which they ran. */
export async function aiperfFolders(native: string): Promise<PointFiles[]> {
  const found: PointFiles[] = [];
  await collect(native, found);
  // ISO 8601 texts of one machine sort as times; the numbers in names ("concurrency_16") as numbers.
  return found.sort((a, b) => {
    const [from, to] = [textOf(a.summary?.start_time), textOf(b.summary?.start_time)];
    if (from !== null && to !== null && from !== to) return from < to ? -1 : 1;
    return a.folder.localeCompare(b.folder, "en", { numeric: true });
  });
}

async function collect(folder: string, found: PointFiles[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  if (files.has(SUMMARY) || files.has(ROWS)) {
    found.push({
      folder,
      summary: files.has(SUMMARY) ? await readObject(join(folder, SUMMARY)) : null,
      config: files.has(RUN_CONFIG) && !files.has(SUMMARY) ? await readObject(join(folder, RUN_CONFIG)) : null,
      rows: files.has(ROWS) ? join(folder, ROWS) : null,
    });
  }
  for (const entry of entries)
    if (entry.isDirectory() && !notLoads.has(entry.name)) await collect(join(folder, entry.name), found);
}

async function readObject(file: string): Promise<JsonObject> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new ImportError(file, `cannot be read (${error.code})`, "check its permissions");
  });
  let value: unknown;
  try {
    value = parsePythonJson(text);
  } catch {
    throw new ImportError(
      file,
      text.trim() === "" ? "is empty" : `is not JSON (${text.length} characters)`,
      collectAgain,
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new ImportError(file, "does not hold a JSON object", collectAgain);
}
