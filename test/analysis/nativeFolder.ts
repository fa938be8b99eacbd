import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunOrigin } from "../../analysis/import/importRun.ts";
import type { HarnessPlan, Load, Stage } from "../../harness/plan.ts";
import {
  flags,
  type HarnessSummary,
  type Outcome,
  offsets,
  outcomes,
  RECORD_BYTES,
  WARMUP_STAGE,
} from "../../harness/recordFormat.ts";

/** A request of a made-up run; what is left out is as a good answer over a stream would have it. */
export interface FakeRequest {
  readonly stage: number | "warmup";
  readonly sentMs: number;
  readonly scheduledMs?: number;
  readonly outcome?: Outcome;
  /** Time to the first token event, then the gaps between events. */
  readonly gapsMs?: readonly number[];
  /** From the last token to the end of the body. */
  readonly tailMs?: number;
  readonly promptTokens?: number;
  readonly promptTokensAsked?: number;
  /** As many as events when left out. */
  readonly outputTokens?: number;
  readonly outputTokensAsked?: number;
  readonly cachedTokens?: number;
  readonly streamed?: boolean;
  readonly usage?: boolean;
  readonly status?: number;
  readonly message?: string;
}

export interface FakeRun {
  readonly runId?: string;
  readonly target?: string;
  readonly loads: readonly Load[];
  /** Of every stage. */
  readonly windowMs: number;
  readonly requests: readonly FakeRequest[];
  readonly seed?: number;
  readonly summary?: Partial<HarnessSummary> | null;
  readonly plan?: Partial<HarnessPlan>;
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "llmbench-analysis-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Writes `<folder>/results/` by the letter of harness/recordFormat.ts, independently of the writer in harness/. */
export async function writeNativeFolder(folder: string, run: FakeRun): Promise<void> {
  const native = join(folder, "results");
  await mkdir(native, { recursive: true });
  const records: Buffer[] = [];
  const arrivals: Buffer[] = [];
  const errors: string[] = [];
  let offset = 0;
  run.requests.forEach((request, index) => {
    const bytes = Buffer.from((request.gapsMs ?? []).flatMap((gap) => varint(Math.round(gap * 1000))));
    records.push(record(request, index, offset, bytes.length));
    arrivals.push(bytes);
    offset += bytes.length;
    if (request.outcome !== undefined && request.outcome !== "ok") {
      const { outcome, stage, status = 0, message = "because" } = request;
      errors.push(
        JSON.stringify({ request: index, stage: stage === "warmup" ? WARMUP_STAGE : stage, outcome, status, message }),
      );
    }
  });
  await writeFile(join(native, "requests.bin"), Buffer.concat(records));
  await writeFile(join(native, "arrivals.bin"), Buffer.concat(arrivals));
  await writeFile(join(native, "errors.jsonl"), errors.map((line) => `${line}\n`).join(""));
  await writeFile(join(native, "plan.json"), JSON.stringify(planOf(run)));
  if (run.summary !== null)
    await writeFile(join(native, "summary.json"), JSON.stringify({ ...summaryOf(run), ...run.summary }));
}

export function originOf(
  { runId = "engine-0badcafe-r1", target = "engine", seed = 1 }: Partial<FakeRun>,
  repetition = 1,
): RunOrigin {
  return {
    runId,
    stack: "local",
    target,
    repetition,
    harness: "llmbench",
    simulated: true,
    provenance: { scenario: null, seed, versions: {}, machine: {}, harness: null, simulation: null },
  };
}

export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

function record(request: FakeRequest, index: number, offset: number, length: number): Buffer {
  const { sentMs, gapsMs = [], tailMs = 0, outcome = "ok", streamed = true, usage = true } = request;
  const sum = (values: readonly number[]) => values.reduce((total, gap) => total + gap, 0);
  const bytes = Buffer.alloc(RECORD_BYTES);
  bytes.writeUInt32LE(index, offsets.request);
  bytes.writeUInt16LE(request.stage === "warmup" ? WARMUP_STAGE : request.stage, offsets.stage);
  bytes.writeUInt8(outcomes.indexOf(outcome), offsets.outcome);
  bytes.writeUInt8((usage ? flags.outputFromUsage : 0) | (streamed ? flags.streamed : 0), offsets.flags);
  bytes.writeDoubleLE(request.scheduledMs ?? sentMs, offsets.scheduledMs);
  bytes.writeDoubleLE(sentMs, offsets.sentMs);
  bytes.writeDoubleLE(Number.NaN, offsets.headersMs);
  bytes.writeDoubleLE(gapsMs.length > 0 ? sentMs + gapsMs[0]! : Number.NaN, offsets.firstTokenMs);
  bytes.writeDoubleLE(gapsMs.length > 0 ? sentMs + sum(gapsMs) : Number.NaN, offsets.lastTokenMs);
  bytes.writeDoubleLE(sentMs + sum(gapsMs) + tailMs, offsets.endMs);
  bytes.writeInt32LE(request.promptTokensAsked ?? -1, offsets.promptTokensAsked);
  bytes.writeInt32LE(request.outputTokensAsked ?? -1, offsets.outputTokensAsked);
  bytes.writeInt32LE(request.promptTokens ?? -1, offsets.promptTokens);
  bytes.writeInt32LE(request.outputTokens ?? (gapsMs.length || -1), offsets.outputTokens);
  bytes.writeInt32LE(request.cachedTokens ?? -1, offsets.cachedTokens);
  bytes.writeUInt32LE(gapsMs.length, offsets.events);
  bytes.writeUInt32LE(length, offsets.arrivalsBytes);
  bytes.writeUInt16LE(request.status ?? (outcome === "ok" ? 200 : 0), offsets.status);
  bytes.writeUInt8(2, offsets.finishReason);
  bytes.writeDoubleLE(offset, offsets.arrivalsOffset);
  return bytes;
}

function planOf({
  runId = "engine-0badcafe-r1",
  target = "engine",
  loads,
  windowMs,
  seed = 1,
  plan,
}: FakeRun): HarnessPlan {
  const stages = loads.map((load): Stage => ({ name: stageName(load), load, stop: { seconds: windowMs / 1000 } }));
  return {
    formatVersion: 1,
    runId,
    target: { name: target, baseUrl: "http://127.0.0.1:8000", model: "test/model", apiKeyEnv: null },
    seed,
    api: "chat",
    stream: true,
    ignoreEos: true,
    extraBody: {},
    data: {
      type: "synthetic",
      form: "text",
      inputTokens: { type: "fixed", value: 100 },
      outputTokens: { type: "fixed", value: 10 },
      sharedPrefix: null,
    },
    warmup: null,
    stages: stages as [Stage, ...Stage[]],
    deadlines: { connectMs: 1000, firstTokenMs: 1000, betweenTokensMs: 1000, totalMs: 1000 },
    ...plan,
  };
}

export function stageName(load: Load): string {
  return load.type === "concurrency" ? `concurrency-${load.concurrency}` : `${load.type}-${load.requestsPerSecond}`;
}

/** Stage i has the window i * windowMs .. (i + 1) * windowMs. */
function summaryOf({ runId = "engine-0badcafe-r1", loads, windowMs, requests }: FakeRun): HarnessSummary {
  return {
    formatVersion: 1,
    harnessVersion: "0.1.0",
    runId,
    status: "complete",
    reason: null,
    startedAt: "2026-11-22T06:00:00.000Z",
    endedMs: loads.length * windowMs,
    node: "v24.0.0",
    cpuModel: "test",
    cpuCount: 2,
    warmup: null,
    stages: loads.map((load, stage) => {
      const own = requests.filter((request) => request.stage === stage);
      const count = (name: Outcome) => own.filter(({ outcome = "ok" }) => outcome === name).length;
      return {
        name: stageName(load),
        status: own.length > 0 ? "complete" : "skipped",
        startMs: stage * windowMs,
        endMs: (stage + 1) * windowMs,
        drainedMs: (stage + 1) * windowMs,
        sent: own.length,
        outcomes: Object.fromEntries(outcomes.map((name) => [name, count(name)])) as Record<Outcome, number>,
        client: {
          cpu: 0.25,
          eventLoopLagP99Ms: 1.5,
          eventLoopLagMaxMs: 3,
          dispatchLagP50Ms: load.type === "concurrency" ? null : 0.1,
          dispatchLagP99Ms: load.type === "concurrency" ? null : 0.5,
          maxRssMb: 80,
        },
        gapCv: null,
      };
    }),
  };
}
