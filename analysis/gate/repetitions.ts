import type { ComparisonRow } from "../analysis.ts";
import { studentQuantile } from "../distributions.ts";
import { higherIsBetter } from "./metrics.ts";

/** What comparisons are planned with where nobody says otherwise; without an interval there is no better estimate. */
const USUAL = 5;
const MOST = 100;

/**
 * Repetitions a side after which this metric would probably be told: enough for the interval to clear the edge of the margin
 * on the side of "worse", if they come out with the spread of those that are there.
 * @returns null: more than 100, so the change is at the edge or the spread is too wide
 */
export function repetitionsToDecide({ ratio, interval, margin, metric, repetitions }: ComparisonRow): number | null {
  const [mine, theirs] = repetitions;
  const next = Math.max(mine, theirs) + 1;
  if (ratio.value === null || interval === null) return Math.max(USUAL, next);
  const freedom = Math.max(1, mine + theirs - 2);
  const error = Math.log(interval.high / ratio.value) / studentQuantile(0.975, freedom);
  const spread = error / Math.sqrt(1 / mine + 1 / theirs);
  const edge = (higherIsBetter(metric) ? -1 : 1) * Math.log1p(margin);
  const distance = Math.abs(Math.log(ratio.value) - edge);
  for (let n = next; n <= MOST; n++) {
    if (studentQuantile(0.975, 2 * n - 2) * spread * Math.sqrt(2 / n) < distance) return n;
  }
  return null;
}
