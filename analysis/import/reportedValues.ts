import type { Measured, Summary } from "../analysis.ts";
import { percentiles } from "../percentile.ts";

/** Values of a Summary without its n. */
export type SummaryKey = Exclude<keyof Summary, "n">;
export const summaryKeys = ["mean", "min", "max", ...Object.keys(percentiles)] as readonly SummaryKey[];

/** A figure that a harness computed itself; NaN, negative or anything that is no number is missing. */
export function reportedValue(value: unknown, reason: string, factor = 1): Measured {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return { value: null, reason };
  const converted = value * factor;
  return Number.isFinite(converted) ? { value: converted } : { value: null, reason };
}

/**
 * A distribution that a harness computed itself; sample floors do not apply, the figures are not ours.
 * @param n of requests (or gaps); 0 or no count: nothing of it is a measurement, whatever the file says
 * @param at the harness's own figure  @param whenNone why there are none at all
 */
export function reportedSummary(
  n: number,
  at: (key: SummaryKey) => unknown,
  whenNone: string,
  harness: string,
  factor = 1,
): Summary {
  if (!Number.isInteger(n) || n <= 0) return absentSummary(whenNone);
  const entries = summaryKeys.map((key) => [key, reportedValue(at(key), `${harness} did not report it`, factor)]);
  return { n, ...(Object.fromEntries(entries) as Record<SummaryKey, Measured>) };
}

export function absentSummary(reason: string): Summary {
  const entries = summaryKeys.map((key) => [key, { value: null, reason }]);
  return { n: 0, ...(Object.fromEntries(entries) as Record<SummaryKey, Measured>) };
}

/** Where a harness tells figures, and not how many values stand behind them. */
export function withoutCount(summary: Summary): Summary {
  return summary.n === 0 ? summary : { ...summary, n: null };
}
