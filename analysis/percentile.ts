import type { Measured, Summary } from "./analysis.ts";

/** Values by 0-based rank, ascending: sorted rows, or a sketch of them. */
export interface Ranked {
  readonly n: number;
  at(rank: number): number;
}

/**
 * Linear interpolation between the two nearest ranks (Hyndman-Fan type 7, numpy's default).
 * @param p 0..1
 * @returns +Infinity as soon as one of the two is; NaN for no values
 */
export function percentile(values: Ranked, p: number): number {
  if (values.n === 0) return Number.NaN;
  const position = (values.n - 1) * p;
  const below = Math.floor(position);
  const low = values.at(below);
  if (position === below) return low;
  const high = values.at(below + 1);
  return high === Number.POSITIVE_INFINITY ? high : low + (position - below) * (high - low);
}

export function ranked(ascending: Float64Array): Ranked {
  return { n: ascending.length, at: (rank) => ascending[rank] as number };
}

const floors = new Map<number, number>();

/**
 * Samples below which a percentile is not printed: the smallest n for which two values beyond the true percentile (one on
 * top of the one that it takes to have any) would be seen with probability 0.99. This is the early-stopping rule of
 * MLPerf's load generator with one failure allowed: p50 11, p75 24, p90 64, p95 130, p99 662; p5 and p25 mirror them.
 */
export function sampleFloor(p: number): number {
  const tail = Number(Math.min(p, 1 - p).toFixed(12));
  const known = floors.get(tail);
  if (known !== undefined) return known;
  let n = 2;
  while ((1 - tail) ** n + n * tail * (1 - tail) ** (n - 1) > 0.01) n++;
  floors.set(tail, n);
  return n;
}

export const percentiles = { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

function floorReason(n: number, name: string, floor: number): string {
  return `n = ${n}, ${name} needs ${floor}`;
}

/** The floor that a percentile missed, from its reason; null for any other reason. */
export function missedFloor(reason: string): number | null {
  const match = /^n = \d+, p\d+ needs (\d+)$/.exec(reason);
  return match === null ? null : Number(match[1]);
}

export interface SummaryOptions {
  /** Why there are no values at all, e.g. "no successful request". */
  readonly whenEmpty: string;
  /** Why a value is +Infinity, e.g. "unbounded (3.2 % failed)". */
  readonly whenUnbounded?: string;
}

/** Summary of a set of values; sorts the array in place. */
export function summarise(values: Float64Array, options: SummaryOptions): Summary {
  values.sort();
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return summariseRanked(ranked(values), sum / values.length, options);
}

export function summariseRanked(values: Ranked, mean: number, { whenEmpty, whenUnbounded }: SummaryOptions): Summary {
  const { n } = values;
  const measured = (value: number): Measured => {
    if (n === 0) return { value: null, reason: whenEmpty };
    return Number.isFinite(value) ? { value } : { value: null, reason: whenUnbounded ?? "unbounded" };
  };
  const entries = Object.entries(percentiles).map(([name, p]): [string, Measured] => {
    const floor = sampleFloor(p);
    if (n > 0 && n < floor) return [name, { value: null, reason: floorReason(n, name, floor) }];
    return [name, measured(percentile(values, p))];
  });
  return {
    n,
    mean: measured(mean),
    min: measured(n === 0 ? Number.NaN : values.at(0)),
    max: measured(n === 0 ? Number.NaN : values.at(n - 1)),
    ...(Object.fromEntries(entries) as Pick<Summary, keyof typeof percentiles>),
  };
}
