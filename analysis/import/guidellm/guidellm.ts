import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RequestColumns } from "../../run.ts";
import { collectAgain, ImportError, NothingLeft } from "../importError.ts";
import { type JsonRest, readJsonElements } from "../json/jsonElements.ts";
import { objectOf, textOf, valueAt } from "../json/looseJson.ts";
import type { NativeResults } from "../nativeResults.ts";
import { guidellmReported, reportedRemarks } from "./guidellmReported.ts";
import { GuidellmRows, rowArrays, wantedOfRow } from "./guidellmRows.ts";
import { guidellmStage, guidellmWindow, type StageConfig } from "./guidellmStages.ts";
import { withoutRows } from "./guidellmTotals.ts";

/**
 * Reads the one JSON file that guidellm leaves: `metadata.version` 1 (guidellm 0.4 to 0.6, settings under `args`) and 2
 * (from 0.7 on, under `config.spec`). Both have the same benchmarks, one for each load.
 *
 * There are no gaps between tokens in its files, so there is no ITL as we define it.
 */
export async function importGuidellm(native: string): Promise<NativeResults> {
  const file = await resultFile(native);
  const rows = new GuidellmRows(file);
  const rest = await readJsonElements(
    file,
    rowArrays,
    (row, array, at) => rows.add(row, array, Number(at[1])),
    wantedOfRow,
  );
  const document = documentOf(file, rest);
  const benchmarks = document.benchmarks as readonly unknown[];
  const stages = benchmarks.map((benchmark, index) => guidellmStage(file, benchmark, index));
  const measured = stages.map((stage) => stage.measured);
  const sampled = benchmarks.flatMap((benchmark, index) => rows.sampled(benchmark, index) ?? []);
  const told = sampled.length === 0 ? null : withoutRows(stages, benchmarks);
  const { columns, startMs } = told ?? rows.finish(closedOf(stages), measured);
  const summaries =
    told?.summaries ??
    stages.map((stage, index) => guidellmWindow(stage, columns as RequestColumns, index, rows.zeroMs));
  const sample = `${sampled.join("; ")}: figures are guidellm's own (metrics.sample_size keeps a part of the requests; 0 keeps all)`;
  const problems = [rest.cut, ...rows.problems, told === null ? null : sample].filter((problem) => problem !== null);
  const windows = stages.map((stage, index) => ({
    plan: stage.plan,
    summary: summaries[index]!,
    reported: guidellmReported(benchmarks[index], summaries[index]!),
  }));
  return {
    harnessVersion: textOf(valueAt(document.metadata, "guidellm_version")),
    startedAt: startMs === null ? null : new Date(startMs).toISOString(),
    durationSeconds: Math.max(...summaries.map(({ drainedMs }) => drainedMs)) / 1000,
    stages: windows,
    requests: columns,
    itl: [],
    errors: told === null ? rows.errors : [],
    problems,
    remarks: [...reportedRemarks, ...new Set(stages.flatMap(({ remarks }) => remarks))],
  };
}

/** Names that are tried first: ours, and those of other suites. */
const names = ["benchmarks.json", "results.json", "guidellm.json"];
/** Lie in the same folder, and are not guidellm's. */
const notResults = new Set(["engine.json", "plan.json", "manifest.json"]);

async function resultFile(native: string): Promise<string> {
  const found = await readdir(native).then(
    (all) => all.filter((name) => name.endsWith(".json") && !notResults.has(name)).sort(),
    (): string[] => [],
  );
  const name = names.find((known) => found.includes(known)) ?? (found.length === 1 ? found[0] : undefined);
  if (name !== undefined) return join(native, name);
  if (found.length === 0)
    throw new NothingLeft(join(native, names[0]!), "guidellm writes it at its end only: see its log", null, [
      "guidellm ended before it wrote its results",
    ]);
  throw new ImportError(native, `holds several JSON files (${found.join(", ")})`, `name the right one ${names[0]}`);
}

function documentOf(file: string, { value, cut }: JsonRest): Readonly<Record<string, unknown>> {
  if (value === undefined) throw new ImportError(file, cut ?? "is cut off", collectAgain);
  const document = objectOf(value);
  const version = valueAt(document.metadata, "version");
  if (version !== undefined && version !== 1 && version !== 2)
    throw new ImportError(
      file,
      `metadata.version is ${JSON.stringify(version)}, allowed: 1 or 2`,
      "it may be of a guidellm newer than 0.8: import it with a newer version of this project",
    );
  if (!Array.isArray(document.benchmarks) || document.benchmarks.length === 0)
    throw new ImportError(
      file,
      "holds no list of benchmarks",
      "is it a result of guidellm 0.4 or later? If so, the copy is damaged",
    );
  return document;
}

function closedOf(stages: readonly StageConfig[]): Set<number> {
  return new Set(stages.flatMap(({ plan }, index) => (plan.load.type === "concurrency" ? [index] : [])));
}
