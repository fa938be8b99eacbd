import type { Measured, StageMetrics, Summary } from "../analysis.ts";
import { percentiles, sampleFloor } from "../percentile.ts";
import type { LatencyTarget } from "./judgeLatency.ts";
import type { SloResult } from "./sloAssessment.ts";

/**
 * Where a harness left no request rows: its own percentile against the limit, without an interval. That of its good
 * answers alone can fail (with the failed ones it would be higher still), and passes only where none failed.
 */
export function judgeReported({ metric, percentile, limit }: LatencyTarget, stage: StageMetrics): SloResult {
  const adjusted: Summary | null =
    metric === "ttftMs" ? stage.adjustedTtftMs : metric === "e2eMs" ? stage.adjustedE2eMs : null;
  const noneFailed = stage.failureRate.value === 0;
  const own = stage[metric];
  const isAdjusted = adjusted !== null && adjusted[percentile].value !== null;
  const taken: Measured = isAdjusted ? adjusted[percentile] : own[percentile];
  const result = (measured: Measured, verdict: SloResult["verdict"], reason: string | null = null): SloResult => {
    return { measured, bound: null, verdict, reason };
  };
  if (taken.value === null) return result(taken, "unsure", taken.reason);
  const { n } = isAdjusted ? adjusted : own;
  const floor = sampleFloor(percentiles[percentile]);
  if (isAdjusted || noneFailed) {
    if (n !== null && n < floor) return result(taken, "unsure", `n = ${n}, ${percentile} needs ${floor}`);
    return result(taken, taken.value <= limit ? "pass" : "fail");
  }
  const reason = "the harness told this percentile of the good answers only, and some failed or may have";
  const unknown: Measured = { value: null, reason };
  return n !== null && n < floor
    ? result(unknown, "unsure", `n = ${n}, ${percentile} needs ${floor}`)
    : result(unknown, taken.value > limit ? "fail" : "unsure", taken.value > limit ? null : reason);
}
