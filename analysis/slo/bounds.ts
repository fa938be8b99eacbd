import { betaQuantile, binomialQuantile } from "../distributions.ts";

/** A twentieth of all intervals misses, half of them on either side. */
const MISS = 0.025;

/** 1-based ranks whose values enclose a percentile; low 0 or high n + 1: too few samples for that side. */
export interface Ranks {
  readonly low: number;
  readonly high: number;
}

/**
 * Two-sided 95 % interval of the p-quantile by order statistics: the number of samples below it is binomial, whatever the
 * distribution. Exact for independent samples, a little wide since ranks are whole.
 */
export function quantileRanks(n: number, p: number): Ranks {
  if (n === 0) return { low: 0, high: 1 };
  return { low: binomialQuantile(MISS, n, p), high: binomialQuantile(1 - MISS, n, p) + 1 };
}

/** Fewest samples, all within the limit, whose interval has an upper end: p50 6, p95 72, p99 368. */
export function fewestForUpperEnd(p: number): number {
  return Math.ceil(Math.log(MISS) / Math.log(p));
}

/** Two-sided 95 % interval of a share, Clopper and Pearson's: exact, also where none or all were counted. */
export function shareInterval(count: number, n: number): { readonly low: number; readonly high: number } {
  return {
    low: count === 0 ? 0 : betaQuantile(MISS, count, n - count + 1),
    high: count === n ? 1 : betaQuantile(1 - MISS, count + 1, n - count),
  };
}

/** Fewest requests, none of them failed, that show a failure rate to be at most `limit`. */
export function fewestForShare(limit: number): number {
  return fewestForUpperEnd(1 - limit);
}
