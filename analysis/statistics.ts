import { studentCdf, studentQuantile } from "./distributions.ts";

/** Ratio of two systems' geometric means over repetitions, with a two-sided interval. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** The interval is ratio / factor .. ratio * factor: also the smallest change that these repetitions could show. */
  readonly factor: number;
  /** Two-sided, of a ratio of 1: below 1 - confidence exactly when the interval leaves 1 out. */
  readonly p: number;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/**
 * Welch's t-interval on the logarithms of positive values, one per repetition. Requests of one run share queues and
 * batches, so the run is the unit: intervals over requests cover the truth far too seldom.
 * @param confidence e.g. 0.95
 * @returns null with fewer than two values on either side
 */
export function ratioInterval(
  candidate: readonly number[],
  baseline: readonly number[],
  confidence = 0.95,
): RatioInterval | null {
  if (candidate.length < 2 || baseline.length < 2) return null;
  const a = candidate.map(Math.log);
  const b = baseline.map(Math.log);
  const difference = mean(a) - mean(b);
  const ratio = Math.exp(difference);
  const errorA = variance(a) / a.length;
  const errorB = variance(b) / b.length;
  const error = Math.sqrt(errorA + errorB);
  if (error === 0) return { ratio, low: ratio, high: ratio, factor: 1, p: difference === 0 ? 1 : 0 };
  const freedom = (errorA + errorB) ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1));
  const factor = Math.exp(studentQuantile(1 - (1 - confidence) / 2, freedom) * error);
  // The lower tail: 1 - cdf of the upper one would be 0 from t = 9 on, where much smaller p are still told apart by Holm.
  const p = Math.min(1, 2 * studentCdf(-Math.abs(difference) / error, freedom));
  return { ratio, low: ratio / factor, high: ratio * factor, factor, p };
}

/**
 * Repetitions per side after which an interval with the run-to-run spread c that was seen would be about ratio / factor ..
 * ratio * factor wide: n ~ 2 (t c / ln factor)^2. An estimate, from few runs: for the order of magnitude.
 * @param factor over 1
 * @returns null where it would take more than 100
 */
export function repetitionsNeeded(
  candidate: readonly number[],
  baseline: readonly number[],
  factor: number,
): number | null {
  const spread = (variance(candidate.map(Math.log)) + variance(baseline.map(Math.log))) / 2;
  const width = Math.log(factor);
  let n = 2;
  while (n <= 100 && studentQuantile(0.975, 2 * n - 2) * Math.sqrt((2 * spread) / n) > width) n++;
  return n <= 100 ? n : null;
}

/**
 * Holm's step-down correction: the p values as they may be read when all of them are looked at, in the order in which they
 * came. One that is below 5 % after it is so with all looks together wrong in at most 5 % of cases, however they depend on
 * each other: the rows of one comparison come from the same runs.
 */
export function holm(p: readonly number[]): number[] {
  const adjusted: number[] = Array.from(p, () => 1);
  let largest = 0;
  const order = p.map((_, index) => index).sort((a, b) => (p[a] as number) - (p[b] as number));
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (p.length - rank) * (p[index] as number)));
    adjusted[index] = largest;
  }
  return adjusted;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}
