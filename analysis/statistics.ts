import quantile from "@stdlib/stats-base-dists-t-quantile";

/** Ratio of two systems' geometric means over repetitions, with a two-sided interval. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** The interval is ratio / factor .. ratio * factor: also the smallest change that these repetitions could show. */
  readonly factor: number;
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
  const ratio = Math.exp(mean(a) - mean(b));
  const errorA = variance(a) / a.length;
  const errorB = variance(b) / b.length;
  const error = Math.sqrt(errorA + errorB);
  if (error === 0) return { ratio, low: ratio, high: ratio, factor: 1 };
  const freedom = (errorA + errorB) ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1));
  const factor = Math.exp(quantile(1 - (1 - confidence) / 2, freedom) * error);
  return { ratio, low: ratio / factor, high: ratio * factor, factor };
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
  while (n <= 100 && quantile(0.975, 2 * n - 2) * Math.sqrt((2 * spread) / n) > width) n++;
  return n <= 100 ? n : null;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}
