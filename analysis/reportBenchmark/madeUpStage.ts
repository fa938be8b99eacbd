import { flags, offsets, outcomes, RECORD_BYTES } from "../../harness/recordFormat.ts";

/** One stage of a closed loop; all else follows from it. */
export interface StageShape {
  readonly stage: number;
  readonly concurrency: number;
  readonly requests: number;
  readonly startMs: number;
  /** Factor on every time. */
  readonly slowdown: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Of all requests of the run. */
  readonly firstRequest: number;
}

export interface MadeUpStage {
  readonly records: Buffer;
  /** Ends of the requests, ascending: the order of the records. */
  readonly endsMs: Float64Array;
  /** Places of those that failed. */
  readonly failed: readonly number[];
}

const EVERY_FAILS = 101;
const TIMEOUT = outcomes.indexOf("timeout");

/** Every connection sends its next request when one ends; times spread by a fifth, and every 101st request fails. */
export function madeUpStage(
  shape: StageShape,
  random: () => number,
  arrivals: readonly Buffer[],
  at: number,
): MadeUpStage {
  const { concurrency, requests, startMs, slowdown } = shape;
  const free = new Float64Array(concurrency).fill(startMs);
  const sent = new Float64Array(requests);
  const ends = new Float64Array(requests);
  for (let i = 0; i < requests; i++) {
    const connection = i % concurrency;
    sent[i] = free[connection] as number;
    ends[i] = (sent[i] as number) + slowdown * (1500 + 2 * concurrency) * (0.8 + 0.4 * random());
    free[connection] = ends[i] as number;
  }
  const order = Uint32Array.from({ length: requests }, (_, i) => i).sort(
    (a, b) => (ends[a] as number) - (ends[b] as number),
  );
  const records = Buffer.alloc(requests * RECORD_BYTES);
  const failed: number[] = [];
  let offset = at;
  for (const [place, i] of order.entries()) {
    const fails = i % EVERY_FAILS === EVERY_FAILS - 1;
    if (fails) failed.push(place);
    const bytes = fails ? 0 : (arrivals[i % arrivals.length] as Buffer).length;
    const record = records.subarray(place * RECORD_BYTES, (place + 1) * RECORD_BYTES);
    writeRecord(record, shape, { index: i, sentMs: sent[i] as number, endMs: ends[i] as number, fails, offset, bytes });
    offset += bytes;
  }
  return { records, endsMs: ends.sort(), failed };
}

interface Request {
  readonly index: number;
  readonly sentMs: number;
  readonly endMs: number;
  readonly fails: boolean;
  readonly offset: number;
  readonly bytes: number;
}

function writeRecord(record: Buffer, shape: StageShape, { index, sentMs, endMs, fails, offset, bytes }: Request): void {
  const tokens = shape.outputTokens;
  const took = endMs - sentMs;
  record.writeUInt32LE(shape.firstRequest + index, offsets.request);
  record.writeUInt16LE(shape.stage, offsets.stage);
  record.writeUInt8(fails ? TIMEOUT : 0, offsets.outcome);
  record.writeUInt8(flags.streamed | (fails ? 0 : flags.outputFromUsage), offsets.flags);
  for (const field of [offsets.scheduledMs, offsets.sentMs]) record.writeDoubleLE(sentMs, field);
  record.writeDoubleLE(fails ? Number.NaN : sentMs + 1, offsets.headersMs);
  record.writeDoubleLE(fails ? Number.NaN : sentMs + 0.05 * took, offsets.firstTokenMs);
  record.writeDoubleLE(fails ? Number.NaN : endMs - 0.2, offsets.lastTokenMs);
  record.writeDoubleLE(endMs, offsets.endMs);
  record.writeInt32LE(shape.promptTokens, offsets.promptTokensAsked);
  record.writeInt32LE(tokens, offsets.outputTokensAsked);
  record.writeInt32LE(fails ? -1 : shape.promptTokens, offsets.promptTokens);
  record.writeInt32LE(fails ? -1 : tokens, offsets.outputTokens);
  record.writeInt32LE(fails ? -1 : 0, offsets.cachedTokens);
  record.writeUInt32LE(fails ? 0 : tokens, offsets.events);
  record.writeUInt32LE(bytes, offsets.arrivalsBytes);
  record.writeUInt16LE(fails ? 0 : 200, offsets.status);
  record.writeUInt8(fails ? 0 : 2, offsets.finishReason);
  record.writeDoubleLE(offset, offsets.arrivalsOffset);
}
