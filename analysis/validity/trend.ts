import { percentile, type Ranked, ranked } from "../percentile.ts";
import { seededRandom } from "./seededRandom.ts";

/** A line through a series of equal steps, by medians, so that a few odd values do not bend it. */
export interface Trend {
  /** Per step. */
  readonly slope: number;
  /** Probability of a slope this far from 0 in a series of the same ups and downs without a trend. */
  readonly p: number;
}

/** Enough to see 1 %, also where it is shared among repetitions. */
const RESAMPLES = 1000;

/** Median of the slopes between all pairs (Theil and Sen). */
export function theilSen(values: ArrayLike<number>): number {
  return slopeWith(values, new Float64Array((values.length * (values.length - 1)) / 2));
}

/**
 * Standard error of such a slope, were the series a line and an AR(1) process: blocks of a short series are shorter than
 * its dependence lasts, so that chance looks like a trend to the bootstrap alone.
 */
export function slopeError(values: ArrayLike<number>, slope: number): number {
  const n = values.length;
  const rest = Float64Array.from(values, (value, i) => value - slope * i);
  const mean = rest.reduce((sum, value) => sum + value, 0) / n;
  let variance = 0;
  let neighbours = 0;
  for (let i = 0; i < n; i++) {
    const here = (rest[i] as number) - mean;
    variance += here * here;
    if (i > 0) neighbours += here * ((rest[i - 1] as number) - mean);
  }
  if (variance === 0) return 0;
  // What a short series shows of its dependence is too little, by about (1 + 4 r) / n (Kendall).
  const r = neighbours / variance;
  const dependence = Math.min(0.9, Math.max(0, r + (1 + 4 * r) / n));
  const longRun = ((variance / (n - 2)) * (1 + dependence)) / (1 - dependence);
  return Math.sqrt((12 * longRun) / (n * (n * n - 1)));
}

/**
 * Theil-Sen slope, and how often chance alone makes one as large: what the line leaves is put together again from random
 * blocks, which keep the dependence of neighbours (requests share batches and queues). Always the same for the same series.
 */
export function trendOf(values: Float64Array): Trend {
  const n = values.length;
  const scratch = new Float64Array((n * (n - 1)) / 2);
  const slope = slopeWith(values, scratch);
  const rest = values.map((value, i) => value - slope * i);
  const block = blockLength(n);
  const random = seededRandom(n);
  const series = new Float64Array(n);
  let beyond = 0;
  for (let i = 0; i < RESAMPLES; i++) {
    resample(rest, series, block, random);
    if (Math.abs(slopeWith(series, scratch)) >= Math.abs(slope)) beyond++;
  }
  return { slope, p: (beyond + 1) / (RESAMPLES + 1) };
}

/** Long enough for neighbours that depend on each other, short enough for several blocks. */
export function blockLength(n: number): number {
  return Math.max(2, Math.round(n / 6));
}

/** Blocks that begin anywhere and go on at the beginning after the end. */
export function resample(from: Float64Array, into: Float64Array, block: number, random: () => number): void {
  const n = from.length;
  for (let at = 0; at < n; at += block) {
    const start = Math.floor(random() * n);
    for (let i = 0; i < block && at + i < n; i++) into[at + i] = from[(start + i) % n] as number;
  }
}

function slopeWith(values: ArrayLike<number>, scratch: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) {
      scratch[count++] = ((values[j] as number) - (values[i] as number)) / (j - i);
    }
  }
  return median(scratch.subarray(0, count));
}

/** Sorts in place. */
export function median(values: Float64Array): number {
  values.sort();
  const sorted: Ranked = ranked(values);
  return percentile(sorted, 0.5);
}
