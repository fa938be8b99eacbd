import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { load as loadYaml } from "js-yaml";
import type { Stage } from "../../../harness/plan.ts";
import { concurrencyName, rateName, sessionsName } from "../../../workloads/adapters/inferencePerfNames.ts";
import { collectAgain, ImportError } from "../importError.ts";
import { countOf, type JsonObject, numberOf, objectOf, textOf, valueAt } from "../json/looseJson.ts";
import { parsePythonJson } from "../json/pythonJson.ts";

/** `stage_<id>_lifecycle_metrics.json`, or what config.yaml tells of a stage that has none. */
export interface FoundStage {
  readonly id: number;
  readonly plan: Stage;
  /** null: no such file. */
  readonly report: JsonObject | null;
  /** Requests it was asked for; -1: not told. */
  readonly planned: number;
  /** Requests it sent, as its report says; -1: not told. */
  readonly sent: number;
}

/** A prefix may be set (report_file_prefix); adapter_<name>_stage_<id> is of one LoRA adapter only. */
const stageFile = /^(?!.*adapter_)(.*)stage_(\d{1,4})_lifecycle_metrics\.json$/;
const prometheusFile = /^(?!.*adapter_)(.*)stage_(\d{1,4})_prometheus_metrics\.json$/;
const rowsFile = /^(.*)per_request_lifecycle_metrics\.json$/;

export interface NativeFiles {
  readonly stages: readonly { readonly id: number; readonly file: string }[];
  /** null: the profile did not ask for it, or it was not copied. */
  readonly rows: string | null;
  readonly config: string | null;
  /** What its Prometheus said of a stage, by the stage's id. */
  readonly prometheus: ReadonlyMap<number, string>;
}

/** @throws ImportError where the folder holds nothing of inference-perf */
export async function findFiles(native: string): Promise<NativeFiles> {
  const names = await readdir(native).catch((error: NodeJS.ErrnoException) => {
    throw new ImportError(native, `cannot be read (${error.code})`, collectAgain);
  });
  const numbered = (pattern: RegExp) =>
    names.flatMap((name) => {
      const id = pattern.exec(name)?.[2];
      return id === undefined ? [] : [{ id: Number(id), file: join(native, name) }];
    });
  const stages = numbered(stageFile).sort((a, b) => a.id - b.id);
  const find = (pattern: RegExp) => names.filter((name) => pattern.test(name)).map((name) => join(native, name))[0];
  const rows = find(rowsFile) ?? null;
  if (stages.length === 0 && rows === null) {
    const problem = "has no stage_<n>_lifecycle_metrics.json and no per_request_lifecycle_metrics.json";
    const next = "inference-perf writes both when it ends, so it did not: see its log, or run it again";
    throw new ImportError(native, problem, next);
  }
  const twice = stages.find(({ id }, i) => stages[i + 1]?.id === id);
  if (twice !== undefined)
    throw new ImportError(twice.file, "is there twice, with two prefixes", "keep the files of one run in the folder");
  const prometheus = new Map(numbered(prometheusFile).map(({ id, file }) => [id, file]));
  return { stages, rows, config: find(/^(.*\.|.*_|)config\.ya?ml$/) ?? null, prometheus };
}

/** A file of some kB is read sooner than another thread is asked for it. */
export function readReport(file: string): JsonObject {
  let value: unknown;
  try {
    value = parsePythonJson(readFileSync(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ImportError(file, code === undefined ? "is not JSON" : `cannot be read (${code})`, collectAgain);
  }
  const report = objectOf(value);
  for (const key of ["load_summary", "successes", "failures"])
    if (objectOf(report[key]) !== report[key]) throw new ImportError(file, `has no "${key}"`, collectAgain);
  return report;
}

/** config.yaml as the tool wrote it with the results; null: none, or it cannot be read. */
export function readConfig(file: string | null): { config: JsonObject | null; problem: string | null } {
  if (file === null) return { config: null, problem: null };
  try {
    const value = loadYaml(readFileSync(file, "utf8"));
    const config = objectOf(value);
    if (config === value) return { config, problem: null };
  } catch {
    // Told below.
  }
  return { config: null, problem: "config.yaml cannot be read, so what was asked for is not known" };
}

/** All stages by id: those with a report, and those that the config names. */
export function foundStages(files: NativeFiles, config: JsonObject | null): FoundStage[] {
  const load = objectOf(config?.load);
  const configured = Array.isArray(load.stages) && load.sweep == null ? load.stages.map(objectOf) : [];
  const type = textOf(load.type);
  const ids = new Set([...configured.keys(), ...files.stages.map(({ id }) => id)]);
  const stages: FoundStage[] = [];
  for (const id of [...ids].sort((a, b) => a - b)) {
    const file = files.stages.find((stage) => stage.id === id)?.file ?? null;
    const report = file === null ? null : readReport(file);
    const asked = configured[id] ?? {};
    const sent = countOf(valueAt(report, "load_summary", "count"));
    const plan = planOf(type, asked, report, sent);
    if (plan === null) {
      const next = "collect config.yaml with it, or run it again";
      throw new ImportError(file ?? files.config ?? "config.yaml", `does not tell the load of stage ${id}`, next);
    }
    stages.push({ id, plan, report, planned: plannedRequests(type, asked), sent });
  }
  return stages.map((stage, i) => ({ ...stage, plan: ownName(stage, stages.slice(0, i)) }));
}

function planOf(type: string | null, asked: JsonObject, report: JsonObject | null, sent: number): Stage | null {
  const summary = objectOf(report?.load_summary);
  const sessions = type === "trace_session_replay";
  const level = countOf(summary.concurrency ?? asked.concurrency_level ?? asked.concurrent_sessions);
  const count = plannedRequests(type, asked);
  if (level >= 0) {
    const load = { type: "concurrency", concurrency: Math.max(1, level) } as const;
    const requests = count >= 0 && !sessions ? count : Math.max(0, sent);
    return { name: sessions ? sessionsName(level) : concurrencyName(level), load, stop: { requests } };
  }
  const rate = numberOf(summary.requested_rate ?? asked.rate);
  if (!(rate > 0)) return null;
  const seconds = numberOf(asked.duration);
  const stop = seconds > 0 ? { seconds } : { requests: Math.max(0, sent) };
  // Also its "constant" has exponential gaps, since v0.1.0 (loadgen/load_timer.py).
  return { name: rateName(type, rate), load: { type: "poisson", requestsPerSecond: rate }, stop };
}

/** int(rate * duration), as the tool counts (loadgen/load_generator.py, run_stage). */
function plannedRequests(type: string | null, asked: JsonObject): number {
  if (type === "trace_replay" || type === "trace_session_replay") return -1;
  const count = countOf(asked.num_requests);
  if (count >= 0) return count;
  const product = numberOf(asked.rate) * numberOf(asked.duration);
  return Number.isNaN(product) ? -1 : countOf(Math.trunc(product));
}

/** Results are kept by name, so the second of two stages with the same load gets its number. */
function ownName({ id, plan }: FoundStage, before: readonly FoundStage[]): Stage {
  return before.some((other) => other.plan.name === plan.name) ? { ...plan, name: `${plan.name} (stage ${id})` } : plan;
}
