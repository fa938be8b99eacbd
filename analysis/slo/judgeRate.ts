import type { Measured, StageMetrics } from "../analysis.ts";
import { numberText, percentText } from "../write/cellText.ts";
import { fewestForShare, shareInterval } from "./bounds.ts";
import type { SloResult, SloTarget } from "./sloAssessment.ts";

export type RateTarget = Exclude<SloTarget, { readonly percentile: string }>;

export function judgeRate({ metric, limit }: RateTarget, stage: StageMetrics): SloResult {
  return metric === "failureRate" ? judgeFailures(limit, stage) : judgeThroughput(stage[metric], limit);
}

/** One run has one throughput and no interval of its own: the point decides. */
function judgeThroughput(measured: Measured, limit: number): SloResult {
  if (measured.value === null) return { measured, bound: null, verdict: "unsure", reason: measured.reason };
  return { measured, bound: null, verdict: measured.value >= limit ? "pass" : "fail", reason: null };
}

/** A limit of 0 can be refuted and never shown, so it is met as long as no failure was seen. */
function judgeFailures(limit: number, { failureRate: measured, sent, outcomes }: StageMetrics): SloResult {
  if (measured.value === null) return { measured, bound: null, verdict: "unsure", reason: measured.reason };
  const judged = sent - outcomes.cancelled;
  const failed = Math.round(measured.value * judged);
  const bound = shareInterval(failed, judged);
  const done = (verdict: SloResult["verdict"], reason: string | null = null): SloResult => {
    return { measured, bound, verdict, reason };
  };
  if (bound.low > limit) return done("fail");
  if (bound.high <= limit || limit === 0) return done("pass");
  const needs = failed === 0 ? `; ${fewestForShare(limit)} without a failure would show it` : "";
  const interval = `95 % interval ${percentText(bound.low)} to ${percentText(bound.high)} %`;
  return done("unsure", `${failed} of ${judged} failed, ${interval}, limit ${numberText(100 * limit)} %${needs}`);
}
