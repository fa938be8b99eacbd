import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DataSource, HarnessPlan } from "../plan.ts";
import { type HarnessSummary, offsets, RECORD_BYTES, WARMUP_STAGE } from "../recordFormat.ts";
import { median } from "./percentile.ts";
import { writeTextPrompts } from "./textPrompts.ts";

/** Of both tools alike, at the concurrency of the point. */
const WARMUP_REQUESTS = 32;
const LONGEST_RUN_MS = 300_000;

export interface Point {
  readonly url: string;
  readonly model: string;
  readonly tokenizer: string;
  readonly concurrency: number;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly seed: number;
  /** `text` is what `vllm bench serve` sends; token ids save the server the tokenizing, which is part of its TTFT. */
  readonly prompts: "text" | "tokenIds";
  readonly folder: string;
}

/** By vLLM's definitions: TPOT = (last token - first token) / (tokens - 1); throughput over the run with its tail. */
export interface Measurement {
  readonly ttftMedianMs: number;
  readonly ttftMeanMs: number;
  readonly tpotMedianMs: number;
  readonly tpotMeanMs: number;
  readonly outputTokensPerSecond: number;
}

export async function measureOurs(point: Point): Promise<Measurement> {
  const load = { type: "concurrency", concurrency: point.concurrency } as const;
  const plan: HarnessPlan = {
    formatVersion: 1,
    runId: "agreement",
    target: { name: "vllm", baseUrl: point.url, model: point.model, apiKeyEnv: null },
    seed: point.seed,
    api: "completions",
    stream: true,
    ignoreEos: true,
    extraBody: {},
    data: await promptData(point),
    warmup: { requests: WARMUP_REQUESTS, concurrency: point.concurrency },
    stages: [{ name: "point", load, stop: { requests: point.requests } }],
    deadlines: { connectMs: 5000, firstTokenMs: 60_000, betweenTokensMs: 60_000, totalMs: 120_000 },
  };
  await writeFile(join(point.folder, "plan.json"), JSON.stringify(plan));
  const main = join(import.meta.dirname, "..", "main.ts");
  const folder = join(point.folder, "ours");
  await run(process.execPath, [main, "--plan", join(point.folder, "plan.json"), "--out", folder, "--progress", "none"]);
  const summary = JSON.parse(await readFile(join(folder, "summary.json"), "utf8")) as HarnessSummary;
  const stage = summary.stages[0]!;
  if (stage.outcomes.ok !== point.requests)
    throw new Error(`ours: ${stage.outcomes.ok} of ${point.requests} succeeded`);
  const records = await readFile(join(folder, "requests.bin"));
  const ttfts: number[] = [];
  const tpots: number[] = [];
  let tokens = 0;
  for (let at = 0; at < records.length; at += RECORD_BYTES) {
    if (records.readUInt16LE(at + offsets.stage) === WARMUP_STAGE) continue;
    const first = records.readDoubleLE(at + offsets.firstTokenMs);
    const output = records.readInt32LE(at + offsets.outputTokens);
    ttfts.push(first - records.readDoubleLE(at + offsets.sentMs));
    tpots.push((records.readDoubleLE(at + offsets.lastTokenMs) - first) / (output - 1));
    tokens += output;
  }
  const seconds = (stage.drainedMs - stage.startMs) / 1000;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
  return {
    ttftMedianMs: median(ttfts),
    ttftMeanMs: mean(ttfts),
    tpotMedianMs: median(tpots),
    tpotMeanMs: mean(tpots),
    outputTokensPerSecond: tokens / seconds,
  };
}

async function promptData(point: Point): Promise<DataSource> {
  const outputTokens = { type: "fixed", value: point.outputTokens } as const;
  if (point.prompts === "tokenIds") {
    const inputTokens = { type: "fixed", value: point.inputTokens } as const;
    return { type: "synthetic", form: "tokenIds", inputTokens, outputTokens, sharedPrefix: null };
  }
  const path = join(point.folder, "prompts.jsonl");
  await writeTextPrompts(path, point, point.requests + WARMUP_REQUESTS, point.inputTokens, point.seed);
  return { type: "file", path, outputTokens };
}

export async function measureVllmBench(point: Point, command: readonly string[]): Promise<Measurement> {
  const options: Record<string, string | number> = {
    backend: "openai",
    "base-url": point.url,
    endpoint: "/v1/completions",
    model: point.model,
    tokenizer: point.tokenizer,
    "dataset-name": "random",
    "random-input-len": point.inputTokens,
    "random-output-len": point.outputTokens,
    "random-range-ratio": 0,
    "num-prompts": point.requests,
    "max-concurrency": point.concurrency,
    "num-warmups": WARMUP_REQUESTS,
    seed: point.seed,
    "result-dir": point.folder,
    "result-filename": "vllm.json",
  };
  const flags = ["--ignore-eos", "--save-result", "--save-detailed", "--disable-tqdm"];
  const args = Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]);
  await run(command[0]!, [...command.slice(1), ...args, ...flags]);
  const result = JSON.parse(await readFile(join(point.folder, "vllm.json"), "utf8")) as Record<string, number>;
  if (result.completed !== point.requests)
    throw new Error(`vllm bench: ${result.completed} of ${point.requests} succeeded`);
  return {
    ttftMedianMs: result.median_ttft_ms!,
    ttftMeanMs: result.mean_ttft_ms!,
    tpotMedianMs: result.median_tpot_ms!,
    tpotMeanMs: result.mean_tpot_ms!,
    outputTokensPerSecond: result.output_throughput!,
  };
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], timeout: LONGEST_RUN_MS });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors = `${errors}${text}`.slice(-2000);
  });
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  if (code !== 0) throw new Error(`${command} ended with exit code ${code}: ${errors}`);
}
