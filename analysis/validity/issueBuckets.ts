import { outcomes } from "../../harness/recordFormat.ts";
import type { StageRows } from "../stageRows.ts";
import { median } from "./trend.ts";

const OK = outcomes.indexOf("ok");
const CANCELLED = outcomes.indexOf("cancelled");

/** One stage of one run in pieces of equally many requests, in the order in which they were issued. */
export interface IssueBuckets {
  /** When the first request of each bucket was issued, in ms; one more: when the last of all was. */
  readonly edges: Float64Array;
  /** Requests in flight at each edge. */
  readonly inFlight: Float64Array;
  /** Requests issued until each edge. */
  readonly issued: Float64Array;
  /** Medians; a bucket where nothing is known has NaN. TPOT; E2E per token where answers were not streamed. */
  readonly pace: Float64Array;
  readonly paceName: "TPOT" | "E2E per token";
  readonly ttft: Float64Array;
  /** Median of the buckets' medians, in ms. */
  readonly e2eMs: number;
}

/** More buckets would show nothing that matters, and pairs of them grow by the square. */
const MOST_BUCKETS = 32;
/** Fewer are no series. */
export const LEAST_BUCKETS = 8;
const LEAST_PER_BUCKET = 5;

/** Successful requests that a stage must have: buckets that hold one request of every connection. */
export function requestsNeeded({ plan: { load } }: StageRows): number {
  return LEAST_BUCKETS * Math.max(LEAST_PER_BUCKET, load.type === "concurrency" ? load.concurrency : 0);
}

/** When a request's time begins: as for its latencies. */
export function beginOf({ plan, columns }: StageRows): Float64Array {
  return plan.load.type === "concurrency" ? columns.sentMs : columns.scheduledMs;
}

/** Successful requests that were issued within the window. */
export function successes(stage: StageRows): Uint32Array {
  const { columns, rows, summary } = stage;
  const begin = beginOf(stage);
  return rows.filter((row) => columns.outcome[row] === OK && (begin[row] as number) <= summary.endMs);
}

/** @param good as `successes` found them, at least `requestsNeeded` */
export function issueBuckets(stage: StageRows, good: Uint32Array): IssueBuckets {
  const begin = beginOf(stage);
  const perBucket = requestsNeeded(stage) / LEAST_BUCKETS;
  const count = Math.min(MOST_BUCKETS, Math.floor(good.length / perBucket));
  const order = Float64Array.from(good, (row) => begin[row] as number).sort();
  const edges = Float64Array.from({ length: count + 1 }, (_, i) =>
    i === count ? (order.at(-1) as number) : (order[Math.floor((i * order.length) / count)] as number),
  );
  const bucket = Uint8Array.from(good, (row) => bucketOf(edges, begin[row] as number));
  const streamed = good.reduce((sum, row) => sum + (tpot(stage, row) >= 0 ? 1 : 0), 0);
  const paceName = 2 * streamed >= good.length ? "TPOT" : "E2E per token";
  const { endMs, firstTokenMs } = stage.columns;
  return {
    edges,
    ...inFlightAt(stage, begin, edges),
    pace: medians(good, bucket, count, (row) => (paceName === "TPOT" ? tpot : perToken)(stage, row)),
    paceName,
    ttft: medians(good, bucket, count, (row) => (firstTokenMs[row] as number) - (begin[row] as number)),
    e2eMs: median(medians(good, bucket, count, (row) => (endMs[row] as number) - (begin[row] as number))),
  };
}

type Value = (stage: StageRows, row: number) => number;

const tpot: Value = ({ columns }, row) => {
  const tokens = columns.outputTokens[row] as number;
  return tokens > 1
    ? ((columns.lastTokenMs[row] as number) - (columns.firstTokenMs[row] as number)) / (tokens - 1)
    : Number.NaN;
};
const perToken: Value = ({ columns }, row) => {
  const tokens = columns.outputTokens[row] as number;
  return ((columns.endMs[row] as number) - (columns.sentMs[row] as number)) / (tokens > 0 ? tokens : 1);
};

/** @param bucket of each of `rows` */
function medians(rows: Uint32Array, bucket: Uint8Array, count: number, value: (row: number) => number): Float64Array {
  const sizes = new Uint32Array(count);
  for (let i = 0; i < bucket.length; i++) (sizes[bucket[i] as number] as number)++;
  const values = Array.from(sizes, (size) => new Float64Array(size));
  sizes.fill(0);
  for (let i = 0; i < rows.length; i++) {
    const one = value(rows[i] as number);
    const at = bucket[i] as number;
    if (!Number.isNaN(one)) (values[at] as Float64Array)[(sizes[at] as number)++] = one;
  }
  return Float64Array.from(values, (all, at) => {
    const known = all.subarray(0, sizes[at]);
    return known.length === 0 ? Number.NaN : median(known);
  });
}

/** All requests count, also those that failed: while they were in flight they were load. */
function inFlightAt({ columns, rows }: StageRows, begin: Float64Array, edges: Float64Array) {
  const issued = new Float64Array(edges.length);
  const ended = new Float64Array(edges.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    count(issued, edges, begin[row] as number);
    // One that we gave up at the stage's end was never answered.
    if (columns.outcome[row] !== CANCELLED) count(ended, edges, columns.endMs[row] as number);
  }
  accumulate(issued);
  accumulate(ended);
  return { issued, inFlight: issued.map((value, i) => value - (ended[i] as number)) };
}

/** Into the first edge that is not before it. */
function count(counts: Float64Array, edges: Float64Array, at: number): void {
  let edge = bucketOf(edges, at);
  if ((edges[edge] as number) < at) edge++;
  if (edge < counts.length && at <= (edges[edge] as number)) (counts[edge] as number)++;
}

function accumulate(counts: Float64Array): void {
  for (let i = 1; i < counts.length; i++) (counts[i] as number) += counts[i - 1] as number;
}

/** The last bucket whose edge is not after it; the last of all for the very last moment. */
function bucketOf(edges: Float64Array, at: number): number {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
