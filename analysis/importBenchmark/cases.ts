import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RowsWriter, repeated } from "./rowsWriter.ts";

const data = join(import.meta.dirname, "../../test/data");

/** Native files of one harness with as many rows as asked for: its fixture's own over and over, each time a second later. */
export interface Case {
  readonly name: string;
  readonly harness: string;
  /** @returns bytes written */
  readonly write: (native: string, rows: number) => Promise<number>;
}

/** Whole seconds of the wall clock, as they stand before a fraction of a second. */
const WALL_SECONDS = /\b(1[78]\d{8})(?=\.\d)/;
const WALL_NANOSECONDS = /\b(1[78]\d{8})(?=\d{9}\b)/;
/** Of a clock that counts from the machine's boot. */
const CLOCK_SECONDS = /\b(\d{4,6})(?=\.\d{6})/;

export const cases: readonly Case[] = [
  { name: "guidellm", harness: "guidellm", write: writeGuidellm },
  { name: "aiperf", harness: "aiperf", write: writeAiperf },
  {
    name: "inference-perf",
    harness: "inference-perf",
    write: (native, rows) => writeInferencePerf(native, rows, false),
  },
  {
    name: "inference-perf, reports disagree",
    harness: "inference-perf",
    write: (native, rows) => writeInferencePerf(native, rows, true),
  },
  { name: "vllm-benchmark", harness: "vllm-benchmark", write: writeVllmBenchmark },
  { name: "fmperf", harness: "fmperf", write: writeFmperf },
];

async function writeGuidellm(native: string, rows: number): Promise<number> {
  const document = JSON.parse(await readFile(join(data, "guidellm/vllm/benchmarks.json"), "utf8"));
  const benchmark = document.benchmarks.at(-1);
  const real = (benchmark.requests.successful as unknown[]).map((row) => pythonJson(row));
  benchmark.requests.successful = [];
  const [head, tail] = JSON.stringify({ ...document, benchmarks: [benchmark] }).split('"successful":[]') as [
    string,
    string,
  ];
  const writer = await RowsWriter.open(join(native, "benchmarks.json"));
  await writer.write(`${head}"successful":[`);
  for (const row of repeated(real, rows, WALL_SECONDS)) await writer.write(row.first ? row.text : `, ${row.text}`);
  await writer.write(`]${tail}`);
  return writer.close();
}

async function writeAiperf(native: string, rows: number): Promise<number> {
  const from = join(data, "aiperf/vllm");
  await copyFile(join(from, "profile_export_aiperf.json"), join(native, "profile_export_aiperf.json"));
  const real = (await readFile(join(from, "profile_export.jsonl"), "utf8")).trim().split("\n");
  const writer = await RowsWriter.open(join(native, "profile_export.jsonl"));
  for (const row of repeated(real, rows, WALL_NANOSECONDS)) await writer.write(`${row.text}\n`);
  return writer.close();
}

/** Two stages; with wrong durations in their reports the rows are dealt out a second time. */
async function writeInferencePerf(native: string, rows: number, wrong: boolean): Promise<number> {
  const from = join(data, "inference-perf/conc-0.7.0");
  const all = JSON.parse(await readFile(join(from, "per_request_lifecycle_metrics.json"), "utf8")) as Lifecycle[];
  const report = JSON.parse(await readFile(join(from, "stage_0_lifecycle_metrics.json"), "utf8"));
  const real = all.map((row) => JSON.stringify(row, null, 2).replaceAll("\n", "\n  "));
  const sizes = [Math.ceil(rows / 2), Math.floor(rows / 2)];
  for (const [stage, count] of sizes.entries()) {
    const begun = stage === 0 ? 0 : (sizes[0] as number);
    const times = Array.from({ length: count }, (_, i) => {
      const row = all[(begun + i) % all.length] as Lifecycle;
      const shift = Math.floor((begun + i) / all.length);
      return { start: row.start_time + shift, end: row.end_time + shift };
    });
    const first = times.reduce((least, { start }) => Math.min(least, start), Number.POSITIVE_INFINITY);
    const lastSend = times.reduce((most, { start }) => Math.max(most, start), 0);
    const lastEnd = times.reduce((most, { end }) => Math.max(most, end), 0);
    const told = {
      ...report,
      benchmark_time_seconds: wrong ? 1 : lastEnd - first,
      load_summary: { ...report.load_summary, count, send_duration: lastSend - first, concurrency: stage + 1 },
    };
    await writeFile(join(native, `stage_${stage}_lifecycle_metrics.json`), JSON.stringify(told));
  }
  const writer = await RowsWriter.open(join(native, "per_request_lifecycle_metrics.json"));
  await writer.write("[");
  for (const row of repeated(real, rows, CLOCK_SECONDS)) await writer.write(`${row.first ? "" : ","}\n  ${row.text}`);
  await writer.write("\n]");
  return writer.close();
}

interface Lifecycle {
  readonly start_time: number;
  readonly end_time: number;
}

async function writeVllmBenchmark(native: string, rows: number): Promise<number> {
  const document = JSON.parse(await readFile(join(data, "vllm-benchmark/sweep/load-1.json"), "utf8"));
  const count = (document.errors as unknown[]).length;
  const told = { ...document, llmbench_load: "0/1", num_prompts: rows, completed: rows, failed: 0 };
  const writer = await RowsWriter.open(join(native, "load-0.json"));
  await writer.write("{");
  let separator = "";
  for (const [key, value] of Object.entries(told)) {
    await writer.write(`${separator}${JSON.stringify(key)}: `);
    separator = ", ";
    if (!Array.isArray(value) || value.length !== count) {
      await writer.write(pythonJson(value));
      continue;
    }
    await writer.write("[");
    const elements = value.map((element) => pythonJson(element));
    for (const row of repeated(elements, rows, key === "start_times" ? CLOCK_SECONDS : null))
      await writer.write(row.first ? row.text : `, ${row.text}`);
    await writer.write("]");
  }
  await writer.write("}");
  return writer.close();
}

async function writeFmperf(native: string, rows: number): Promise<number> {
  const name = "LMBench_sharegpt_output_4.csv";
  const [header, ...real] = (await readFile(join(data, "fmperf/sharegpt", name), "utf8")).trim().split("\n");
  const writer = await RowsWriter.open(join(native, name));
  await writer.write(`${header}\n`);
  for (const row of repeated(real, rows, WALL_SECONDS)) await writer.write(`${row.text}\n`);
  return writer.close();
}

/** Spaces behind colons and commas between things, as Python writes them; texts are left as they are. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${pythonJson(one)}`);
  return `{${members.join(", ")}}`;
}
