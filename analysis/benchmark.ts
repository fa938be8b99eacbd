import { mkdir, mkdtemp, open, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { flags, offsets, RECORD_BYTES } from "../harness/recordFormat.ts";
import { analyse } from "./analyse.ts";
import { importRun, type RunOrigin } from "./import/importRun.ts";
import { writeRequestsCsv } from "./write/requestsCsv.ts";

const usage = `node analysis/benchmark.ts [--requests 1000000] [--tokens 128] [--stages 6]

Time and memory of import, analysis and requests.csv for a made-up run. Prints figures, judges none.`;

async function benchmark(requests: number, tokens: number, stages: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "llmbench-benchmark-"));
  try {
    await writeRun(folder, requests, tokens, stages);
    const size = await stat(join(folder, "results", "arrivals.bin"));
    console.log(
      `${requests} requests x ${tokens} tokens in ${stages} stages, arrivals.bin ${(size.size / 1e6).toFixed(0)} MB`,
    );
    report("start", 0);
    const run = await timed("import", () => importRun(folder, origin));
    const analysis = await timed("analyse", async () => analyse([run], { title: "benchmark" }));
    await timed("requests.csv", () => writeRequestsCsv([run], join(folder, "requests.csv")));
    const counted = analysis.systems[0]?.stages.reduce((sum, stage) => sum + (stage.pooled.itlMs.n ?? 0), 0);
    console.log(`${counted} gaps counted, ${requests * (tokens - 1)} written`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  report(name, performance.now() - start);
  return result;
}

function report(name: string, ms: number): void {
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${name.padEnd(14)}${(ms / 1000).toFixed(2).padStart(8)} s   peak RSS so far ${peak.toFixed(0).padStart(5)} MB`,
  );
}

/** The same arrivals over and over with a little variety; written in pieces, so that the writer needs no memory. */
async function writeRun(folder: string, requests: number, tokens: number, stages: number): Promise<void> {
  const native = join(folder, "results");
  await mkdir(native);
  const patterns = Array.from({ length: 64 }, (_, i) =>
    Buffer.from(
      Array.from({ length: tokens }, (_, t) =>
        varint(t === 0 ? 40_000 + i : 9000 + ((i * 131 + t * 977) % 12_000)),
      ).flat(),
    ),
  );
  const recordsFile = await open(join(native, "requests.bin"), "w");
  const arrivalsFile = await open(join(native, "arrivals.bin"), "w");
  const perStage = Math.ceil(requests / stages);
  let offset = 0;
  for (let from = 0; from < requests; from += 4096) {
    const count = Math.min(4096, requests - from);
    const records = Buffer.alloc(count * RECORD_BYTES);
    const chunk: Buffer[] = [];
    for (let i = 0; i < count; i++) {
      const bytes = patterns[(from + i) % patterns.length] as Buffer;
      writeRecord(
        records.subarray(i * RECORD_BYTES),
        from + i,
        Math.floor((from + i) / perStage),
        tokens,
        offset,
        bytes.length,
      );
      chunk.push(bytes);
      offset += bytes.length;
    }
    await recordsFile.write(records);
    await arrivalsFile.write(Buffer.concat(chunk));
  }
  await Promise.all([recordsFile.close(), arrivalsFile.close()]);
  await writeFile(join(native, "plan.json"), JSON.stringify(plan(stages)));
}

function writeRecord(
  record: Buffer,
  index: number,
  stage: number,
  tokens: number,
  offset: number,
  length: number,
): void {
  const sentMs = index * 0.5;
  record.writeUInt32LE(index, offsets.request);
  record.writeUInt16LE(stage, offsets.stage);
  record.writeUInt8(flags.outputFromUsage | flags.streamed, offsets.flags);
  record.writeDoubleLE(sentMs, offsets.scheduledMs);
  record.writeDoubleLE(sentMs, offsets.sentMs);
  record.writeDoubleLE(sentMs + 40 + (index % 7), offsets.firstTokenMs);
  record.writeDoubleLE(sentMs + 1900 + (index % 97), offsets.lastTokenMs);
  record.writeDoubleLE(sentMs + 2000 + (index % 89), offsets.endMs);
  record.writeInt32LE(256, offsets.promptTokensAsked);
  record.writeInt32LE(tokens, offsets.outputTokensAsked);
  record.writeInt32LE(256, offsets.promptTokens);
  record.writeInt32LE(tokens, offsets.outputTokens);
  record.writeInt32LE(0, offsets.cachedTokens);
  record.writeUInt32LE(tokens, offsets.events);
  record.writeUInt32LE(length, offsets.arrivalsBytes);
  record.writeUInt16LE(200, offsets.status);
  record.writeUInt8(2, offsets.finishReason);
  record.writeDoubleLE(offset, offsets.arrivalsOffset);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

const runId = "benchmark-00000000-r1";
const origin: RunOrigin = {
  ...{ runId, stack: "benchmark", target: "benchmark", repetition: 1, harness: "llmbench", simulated: true },
  provenance: { scenario: null, seed: 1, versions: {}, machine: {}, harness: null, simulation: null },
};

function plan(stages: number): object {
  return {
    ...{ formatVersion: 1, runId, seed: 1, api: "chat", stream: true, ignoreEos: true, extraBody: {}, warmup: null },
    target: { name: "benchmark", baseUrl: "http://127.0.0.1:1", model: "benchmark", apiKeyEnv: null },
    data: {
      ...{ type: "synthetic", form: "text", sharedPrefix: null },
      ...{ inputTokens: { type: "fixed", value: 256 }, outputTokens: { type: "fixed", value: 128 } },
    },
    stages: Array.from({ length: stages }, (_, i) => ({
      name: `c${2 ** i}`,
      load: { type: "concurrency", concurrency: 2 ** i },
      stop: { seconds: 60 },
    })),
    deadlines: { connectMs: 1000, firstTokenMs: 1000, betweenTokensMs: 1000, totalMs: 1000 },
  };
}

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "1000000" },
    tokens: { type: "string", default: "128" },
    stages: { type: "string", default: "6" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(usage);
} else {
  await benchmark(Number(values.requests), Number(values.tokens), Number(values.stages));
}
