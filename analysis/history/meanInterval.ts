import { studentQuantile } from "../distributions.ts";
import { geometricMean } from "../statistics.ts";
import type { HistoryValue } from "./entry.ts";

/** Geometric mean of the repetitions with Student's 95 % interval on their logarithms, as comparisons compute it. */
export function meanInterval(values: readonly number[]): HistoryValue {
  const n = values.length;
  const value = geometricMean(values);
  if (n < 2) return { value, low: null, high: null, n };
  const centre = Math.log(value);
  const squares = values.reduce((sum, one) => sum + (Math.log(one) - centre) ** 2, 0);
  const factor = Math.exp(studentQuantile(0.975, n - 1) * Math.sqrt(squares / (n - 1) / n));
  return { value, low: value / factor, high: value * factor, n };
}
