import type { StageMetrics } from "./analysis.ts";

/**
 * Why nobody knows how many requests failed, though some were sent; null where it is known. A count of failures is 0 then
 * because none was kept, and must not be shown as one.
 */
export function failuresUnknown({ sent, outcomes, failureRate }: StageMetrics): string | null {
  return sent > outcomes.cancelled && failureRate.value === null ? failureRate.reason : null;
}
