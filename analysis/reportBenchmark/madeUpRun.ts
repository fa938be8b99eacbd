import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import {
  type HarnessSummary,
  offsets,
  outcomes,
  RECORD_BYTES,
  type ServerMetricsLine,
  type StageSummary,
  serverMetricsFile,
} from "../../harness/recordFormat.ts";
import type { Manifest } from "../run.ts";
import { seeded } from "../statisticsBenchmark/simulatedQueue.ts";
import { madeUpPlan } from "./madeUpPlan.ts";
import { MadeUpServer } from "./madeUpServer.ts";
import { type MadeUpStage, madeUpStage } from "./madeUpStage.ts";

export interface RunShape {
  readonly target: string;
  readonly repetition: number;
  readonly requests: number;
  readonly stages: number;
  readonly tokens: number;
  readonly slowdown: number;
}

const PROMPT_TOKENS = 256;
const STEP = 32;

/** Writes a run folder as our load generator leaves it, stage by stage, so that the writer needs little memory. @returns bytes */
export async function writeMadeUpRun(folder: string, shape: RunShape): Promise<number> {
  const { target, repetition, stages, tokens, slowdown } = shape;
  const runId = `${target}-0badcafe-r${repetition}`;
  const native = join(folder, "results");
  await mkdir(native, { recursive: true });
  const random = seeded(repetition + target.length * 1000);
  const arrivals = Array.from({ length: 64 }, (_, i) => arrivalsOf(tokens, i, random));
  const [records, tokensFile, errors] = await Promise.all(
    ["requests.bin", "arrivals.bin", "errors.jsonl"].map((name) => open(join(native, name), "w")),
  );
  const pages = createGzip({ level: 4 });
  const packed = pipeline(pages, createWriteStream(join(native, serverMetricsFile)));
  const server = new MadeUpServer(PROMPT_TOKENS, tokens);
  pages.write(`${JSON.stringify({ formatVersion: 1, everyMs: 1000 })}\n`);
  const summaries: StageSummary[] = [];
  let startMs = 0;
  let served = 0;
  let bytes = 0;
  let offset = 0;
  for (let stage = 0; stage < stages; stage++) {
    const requests = Math.ceil(shape.requests / stages);
    const concurrency = STEP * (stage + 1);
    const made = madeUpStage(
      {
        stage,
        concurrency,
        requests,
        startMs,
        slowdown,
        promptTokens: PROMPT_TOKENS,
        outputTokens: tokens,
        firstRequest: stage * requests,
      },
      random,
      arrivals,
      offset,
    );
    await records!.write(made.records);
    offset += await writeArrivals(made, arrivals, tokensFile!);
    await errors!.write(made.failed.map((place) => errorLine(made, place, stage)).join(""));
    const endMs = made.endsMs.at(-1) as number;
    for (const line of pagesOf(made, server, { stage, concurrency, startMs, served })) {
      if (!pages.write(`${JSON.stringify(line)}\n`)) await once(pages, "drain");
    }
    summaries.push(summaryOf(`c${concurrency}`, startMs, endMs, requests, made.failed.length));
    served += requests - made.failed.length;
    bytes += made.records.length;
    startMs = endMs + 1000;
  }
  pages.end();
  await Promise.all([packed, records!.close(), tokensFile!.close(), errors!.close()]);
  const plan = madeUpPlan(runId, target, STEP, stages, tokens);
  const all = summary(runId, startMs, summaries);
  await writeFile(join(native, "plan.json"), JSON.stringify(plan));
  await writeFile(join(native, "summary.json"), JSON.stringify(all));
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest(runId, shape, all)));
  return bytes + offset;
}

/** First 75 ms, then gaps of 9 to 21 ms. */
function arrivalsOf(tokens: number, i: number, random: () => number): Buffer {
  return Buffer.from(
    Array.from({ length: tokens }, (_, t) =>
      varint(t === 0 ? 75_000 + i : 9000 + Math.floor(12_000 * random())),
    ).flat(),
  );
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

async function writeArrivals(
  { records, endsMs }: MadeUpStage,
  arrivals: readonly Buffer[],
  file: Awaited<ReturnType<typeof open>>,
): Promise<number> {
  let written = 0;
  for (let from = 0; from < endsMs.length; from += 4096) {
    const chunk: Buffer[] = [];
    for (let place = from; place < Math.min(from + 4096, endsMs.length); place++) {
      if (records.readUInt32LE(place * RECORD_BYTES + offsets.arrivalsBytes) === 0) continue;
      const request = records.readUInt32LE(place * RECORD_BYTES + offsets.request) % endsMs.length;
      chunk.push(arrivals[request % arrivals.length] as Buffer);
    }
    const bytes = Buffer.concat(chunk);
    await file.write(bytes);
    written += bytes.length;
  }
  return written;
}

function errorLine({ records }: MadeUpStage, place: number, stage: number): string {
  const request = records.readUInt32LE(place * RECORD_BYTES + offsets.request);
  const message = `no first token within ${1000 + (request % 7)} ms`;
  return `${JSON.stringify({ request, stage, outcome: "timeout", status: 0, message })}\n`;
}

function* pagesOf(
  { endsMs }: MadeUpStage,
  server: MadeUpServer,
  { stage, concurrency, startMs, served }: { stage: number; concurrency: number; startMs: number; served: number },
): Generator<ServerMetricsLine> {
  const last = endsMs.at(-1) as number;
  const count = Math.floor((last - startMs) / 1000);
  let done = 0;
  for (let i = -1; i <= count; i++) {
    const moment = i < 0 ? "begin" : i === count ? "end" : "during";
    const atMs = Math.round(moment === "begin" ? startMs - 5 : moment === "end" ? last + 1 : startMs + 500 + 1000 * i);
    while (done < endsMs.length && (endsMs[done] as number) <= atMs) done++;
    const running = moment === "during" ? concurrency : 0;
    yield {
      ...{ moment, stage, round: Math.max(0, Math.round(atMs)), atMs: Math.max(0, atMs), tookMs: 2.5 },
      ...{ url: "http://10.0.0.7:8000/metrics", address: "10.0.0.7:8000" },
      text: server.page({ requests: served + done, running, seconds: atMs / 1000 }),
    };
  }
}

function summaryOf(name: string, startMs: number, endMs: number, sent: number, failed: number): StageSummary {
  const none = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as StageSummary["outcomes"];
  return {
    ...{ name, status: "complete", startMs, endMs, drainedMs: endMs, sent, gapCv: null },
    outcomes: { ...none, ok: sent - failed, timeout: failed },
    client: {
      ...{ cpu: 0.25, eventLoopLagP99Ms: 1.5, eventLoopLagMaxMs: 3, maxRssMb: 120 },
      ...{ dispatchLagP50Ms: null, dispatchLagP99Ms: null },
    },
  };
}

function summary(runId: string, endedMs: number, stages: readonly StageSummary[]): HarnessSummary {
  return {
    ...{
      formatVersion: 1,
      harnessVersion: "0.1.0",
      runId,
      status: "complete",
      reason: null,
      endedMs,
      warmup: null,
      stages,
    },
    ...{ startedAt: "2026-11-22T06:00:00.000Z", node: process.version, cpuModel: "made up", cpuCount: 2 },
  };
}

function manifest(runId: string, { target, repetition }: RunShape, { startedAt, endedMs }: HarnessSummary): Manifest {
  return {
    ...{ formatVersion: 1, runId, stack: "made-up", scenarioName: "made-up", target, repetition, harness: "llmbench" },
    ...{ simulated: true, status: "complete", reason: null, startedAt },
    endedAt: new Date(Date.parse(startedAt) + endedMs).toISOString(),
    provenance: { scenario: null, seed: repetition, versions: {}, machine: {}, harness: null, simulation: null },
  } as Manifest;
}
