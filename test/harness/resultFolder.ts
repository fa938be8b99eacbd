import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  finishReasons,
  flags,
  type HarnessSummary,
  type Outcome,
  offsets,
  outcomes,
  RECORD_BYTES,
} from "../../harness/recordFormat.ts";
import { readVarints } from "../../harness/varint.ts";

/** A folder's path that does not exist yet, below one that is removed by `remove`. */
export function newFolder(): { path: string; remove: () => void } {
  const parent = mkdtempSync(join(tmpdir(), "llm-bench-test-"));
  return { path: join(parent, "run"), remove: () => rmSync(parent, { recursive: true, force: true }) };
}

export interface ResultRow {
  readonly request: number;
  readonly stage: number;
  readonly outcome: Outcome;
  readonly status: number;
  readonly finishReason: string;
  readonly fromUsage: boolean;
  readonly scheduledMs: number;
  readonly sentMs: number;
  readonly ttftMs: number;
  readonly e2eMs: number;
  readonly promptTokensAsked: number;
  readonly outputTokensAsked: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  readonly events: number;
  /** Gaps in ms: sent to first token event, then between token events. */
  readonly gapsMs: readonly number[];
}

export interface ErrorLine {
  readonly request: number;
  readonly stage: number;
  readonly outcome: Outcome;
  readonly status: number;
  readonly message: string;
}

/** Reads the files as an importer would; a record that is not whole is an error. */
export function readRows(folder: string): ResultRow[] {
  const records = readFileSync(join(folder, "requests.bin"));
  const arrivals = readFileSync(join(folder, "arrivals.bin"));
  if (records.length % RECORD_BYTES !== 0)
    throw new Error(`requests.bin ends inside a record (${records.length} bytes)`);
  return Array.from({ length: records.length / RECORD_BYTES }, (_, i) => row(records, arrivals, i * RECORD_BYTES));
}

function row(records: Buffer, arrivals: Buffer, at: number): ResultRow {
  const f64 = (offset: number): number => records.readDoubleLE(at + offset);
  const i32 = (offset: number): number => records.readInt32LE(at + offset);
  const from = f64(offsets.arrivalsOffset);
  const to = from + records.readUInt32LE(at + offsets.arrivalsBytes);
  if (to > arrivals.length) throw new Error("arrivals.bin is shorter than a record says");
  return {
    request: records.readUInt32LE(at + offsets.request),
    stage: records.readUInt16LE(at + offsets.stage),
    outcome: outcomes[records.readUInt8(at + offsets.outcome)]!,
    status: records.readUInt16LE(at + offsets.status),
    finishReason: finishReasons[records.readUInt8(at + offsets.finishReason)]!,
    fromUsage: (records.readUInt8(at + offsets.flags) & flags.outputFromUsage) !== 0,
    scheduledMs: f64(offsets.scheduledMs),
    sentMs: f64(offsets.sentMs),
    ttftMs: f64(offsets.firstTokenMs) - f64(offsets.sentMs),
    e2eMs: f64(offsets.endMs) - f64(offsets.sentMs),
    promptTokensAsked: i32(offsets.promptTokensAsked),
    outputTokensAsked: i32(offsets.outputTokensAsked),
    promptTokens: i32(offsets.promptTokens),
    outputTokens: i32(offsets.outputTokens),
    cachedTokens: i32(offsets.cachedTokens),
    events: records.readUInt32LE(at + offsets.events),
    gapsMs: readVarints(arrivals.subarray(from, to)).map((us) => us / 1000),
  };
}

export function readErrors(folder: string): ErrorLine[] {
  const lines = readFileSync(join(folder, "errors.jsonl"), "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as ErrorLine);
}

export function readSummary(folder: string): HarnessSummary {
  return JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as HarnessSummary;
}
