import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Load, Stage } from "../../../harness/plan.ts";
import type { Outcome } from "../../../harness/recordFormat.ts";
import type { RunStage, StageWindow } from "../../run.ts";
import { ImportError } from "../importError.ts";
import type { Importer } from "../nativeResults.ts";
import { windowOfRows } from "../windowOfRows.ts";
import { type BenchFile, readBenchFile } from "./vllmBenchmarkFile.ts";
import { type BenchCounts, benchCounts, causesOf, reportedMetrics } from "./vllmBenchmarkReported.ts";
import { type BenchRows, benchRows, errorCounts, requestColumns } from "./vllmBenchmarkRows.ts";

/** JSON of others in the same folder. */
const notOurs = /^(engine|manifest|pod|summary|plan)\.json$|\.pytorch\.json$/;

/**
 * Reads the files of `vllm bench serve`, one per load, in the order of the loads. With --save-detailed, since v0.15.0, there is a row
 * per request; else only what it computed itself.
 */
export const importVllmBenchmark: Importer = async (native) => {
  const { files, problems } = await readAll(native);
  const places = files.map(placeOf);
  const counts = files.map(benchCounts);
  const rows = files.map((bench) => benchRows(bench));
  const offsets = clockOffsets(rows, counts);
  const plans = files.map((bench, index) => planOf(bench, counts[index] as BenchCounts, rows[index] ?? null));
  const closed = new Set(plans.flatMap(({ load }, index) => (load.type === "concurrency" ? [index] : [])));
  // A stage without rows among others with rows would be taken for one that did not run.
  const whole = rows.every((one) => one !== null);
  const requests = whole ? requestColumns(rows, offsets, closed) : null;
  let laidMs = 0;
  const stages = files.map((bench, index): RunStage => {
    const plan = plans[index] as Stage;
    const count = counts[index] as BenchCounts;
    const causes = causesOf(count, rows[index]?.counts ?? null);
    const window =
      requests === null ? windowWithoutRows(plan, causes, laidMs, count) : windowOfRows(plan, requests, index, null);
    laidMs = window.drainedMs;
    const status = window.sent > 0 && bench.cut !== null ? "partial" : window.status;
    return { plan, summary: { ...window, status }, reported: reportedMetrics(bench, count, causes) };
  });
  const missing = Math.max(0, ...places.map((place) => place?.of ?? 0)) - files.length;
  if (missing > 0) problems.push(`${missing} of ${missing + files.length} loads left no file that can be read`);
  for (const { file, cut } of files) if (cut !== null) problems.push(`${file}: ${cut}`);
  files.forEach(({ file }, index) => {
    const { completed, sent } = counts[index] as BenchCounts;
    const found = rows[index]?.counts.ok;
    if (found !== undefined && found !== completed)
      problems.push(`${file}: ${completed} of ${sent} requests are said to be complete, ${found} rows are`);
  });
  return {
    harnessVersion: await versionOf(native),
    startedAt: startedAt(files[0] as BenchFile, counts[0] as BenchCounts),
    durationSeconds: Math.max(...stages.map(({ summary }) => summary.drainedMs)) / 1000,
    stages,
    requests,
    itl: whole ? rows.map((one, stage) => ({ stage, counts: one.itl })) : [],
    errors: errorCounts(files),
    problems,
    remarks: remarksOn(files, counts, whole),
  };
};

async function readAll(native: string): Promise<{ files: BenchFile[]; problems: string[] }> {
  const names = (await readdir(native).catch(() => [])).filter((name) => name.endsWith(".json") && !notOurs.test(name));
  const files: BenchFile[] = [];
  const problems: string[] = [];
  let first: ImportError | null = null;
  for (const name of names.sort()) {
    try {
      const bench = await readBenchFile(join(native, name));
      if (bench === null) continue;
      benchCounts(bench);
      files.push(bench);
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      first ??= error;
      problems.push(error.message);
    }
  }
  if (files.length === 0) {
    if (first !== null) throw first;
    const next = "see the load generator's log, or collect the run again";
    throw new ImportError(join(native, "*.json"), "no result of `vllm bench serve` is there", next);
  }
  return { files: files.sort(inOrder), problems };
}

/** As our own adapter has it written into the file: which load, of how many. */
function placeOf({ told }: BenchFile): { index: number; of: number } | null {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(String(told.llmbench_load ?? ""));
  return match === null ? null : { index: Number(match[1]), of: Number(match[2]) };
}

function inOrder(a: BenchFile, b: BenchFile): number {
  const [here, there] = [placeOf(a), placeOf(b)];
  if (here !== null && there !== null) return here.index - there.index;
  const dates = [String(a.told.date ?? ""), String(b.told.date ?? "")] as const;
  return dates[0] < dates[1] ? -1 : dates[0] > dates[1] ? 1 : a.file < b.file ? -1 : 1;
}

/**
 * Seconds to take from each load's clock. start_times are of Python's perf_counter, on Linux the time since the machine's boot: loads of
 * one pod share it. Where they do not follow each other on it, or a load has no rows, they are put end to end.
 */
function clockOffsets(rows: readonly (BenchRows | null)[], counts: readonly BenchCounts[]): number[] {
  const shared = rows.every(
    (one, i) => one !== null && (i === 0 || one.firstStart >= (rows[i - 1] as BenchRows).lastEnd),
  );
  const zero = rows[0]?.firstStart ?? 0;
  if (shared) return rows.map(() => zero);
  let begun = 0;
  return rows.map((one, i) => {
    const offset = (one?.firstStart ?? 0) - begun;
    begun += Math.max((counts[i] as BenchCounts).duration, one === null ? 0 : one.lastEnd - one.firstStart);
    return offset;
  });
}

/** It sends a fixed count of requests, whatever the load. */
function planOf({ told }: BenchFile, counts: BenchCounts, rows: BenchRows | null): Stage {
  return { ...loadOf(told, counts), stop: { requests: Math.max(1, rows?.bench.requests ?? counts.sent) } };
}

/** Only how long the whole load took is known. */
function windowWithoutRows(
  { name }: Stage,
  outcomes: Readonly<Record<Outcome, number>>,
  startMs: number,
  { duration }: BenchCounts,
): StageWindow {
  const sent = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const drainedMs = startMs + duration * 1000;
  const status = sent === 0 ? "skipped" : "complete";
  return { name, status, startMs, endMs: drainedMs, drainedMs, sent, outcomes, client: null, gapCv: null };
}

function loadOf(told: BenchFile["told"], { sent }: BenchCounts): { name: string; load: Load } {
  const concurrency = positive(told.max_concurrency);
  const rate = positive(told.request_rate);
  const burstiness = positive(told.burstiness) ?? 1;
  const limit = concurrency === null ? "" : `, at most ${concurrency} in flight`;
  const [from, to] = [positive(told.ramp_up_start_rps) ?? 0, positive(told.ramp_up_end_rps)];
  if (to !== null) {
    const name = `${String(told.ramp_up_strategy).slice(0, 20)} ramp ${from}/s to ${to}/s${limit}`;
    return { name, load: { type: "poisson", requestsPerSecond: (from + to) / 2 } };
  }
  if (rate !== null) {
    const name = `${burstiness === 1 ? "poisson" : `gamma (burstiness ${burstiness})`} ${rate}/s${limit}`;
    return { name, load: { type: "poisson", requestsPerSecond: rate } };
  }
  const all = Math.max(1, sent);
  return concurrency === null
    ? { name: `all ${all} at once`, load: { type: "concurrency", concurrency: all } }
    : { name: `concurrency ${concurrency}`, load: { type: "concurrency", concurrency } };
}

function positive(value: unknown): number | null {
  return typeof value === "number" && value > 0 && value <= 1e9 ? value : null;
}

/**
 * `date` is when the file was written, in local time of nobody knows where, unless our adapter had TZ=UTC said in the file. What
 * is left is a second off, and late by the time that the tool takes to sum up.
 */
function startedAt({ told }: BenchFile, { duration }: BenchCounts): string | null {
  const match = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(String(told.date ?? ""));
  if (match === null || told.llmbench_timezone !== "UTC") return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [number, ...number[]];
  const written = Date.UTC(year, (month as number) - 1, day, hour, minute, second);
  return new Date(written - duration * 1000).toISOString();
}

/** Left by our adapter: result files do not tell the version. */
async function versionOf(native: string): Promise<string | null> {
  const text = await readFile(join(native, "vllm-version.txt"), "utf8").catch(() => "");
  return /^v?(\d+\.\d+\.\S{1,40})\s*$/m.exec(text)?.[1] ?? null;
}

function remarksOn(files: readonly BenchFile[], counts: readonly BenchCounts[], whole: boolean): string[] {
  const open = files.some(({ told }) => positive(told.request_rate) !== null);
  const queued = files.every(({ lists }) => lists.queue_times !== null);
  const endKnown = files.every(({ lists }) => lists.latencies !== null);
  const failed = counts.some(({ completed, sent }) => completed < sent);
  return [
    "One process made all prompts with a tokenizer of its own and sent them; it does not watch whether it was the bottleneck.",
    "TTFT ends with the first chunk that holds choices, also a role-only one; ITL is the gap between chunks.",
    "Its own throughput is over the whole duration of a load, drain included.",
    whole ? null : "There are no request rows (no --save-detailed, or older than v0.15.0): figures are the tool's own.",
    whole && !endKnown ? "The end of a request is its last chunk: the file keeps no other." : null,
    whole && open && !queued
      ? "When a request was meant to be sent is not kept: latencies of an open loop begin with the sending, which hides what waited in the client."
      : null,
    whole
      ? "Prompt lengths are the server's usage since v0.20.0, before that the client's own count; output lengths are usage where the server sends it."
      : null,
    whole || !failed ? null : "Causes of failures are not kept: they are listed as stream errors.",
  ].filter((remark) => remark !== null);
}
