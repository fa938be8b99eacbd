import type { Measured } from "../analysis.ts";
import { percentile, percentiles, type Ranked, sampleFloor } from "../percentile.ts";
import { numberText, percentText } from "../write/cellText.ts";
import type { AdjustedSamples } from "./adjustedSamples.ts";
import { quantileRanks } from "./bounds.ts";
import type { SloResult, SloTarget } from "./sloAssessment.ts";

export type LatencyTarget = Extract<SloTarget, { readonly percentile: string }>;

export interface LatencyContext {
  /** Why there are no values, e.g. "answers were not streamed". */
  readonly whenEmpty: string;
  /** 0..1; null: not known. */
  readonly failureRate: number | null;
  /** Why nobody knows which requests failed, so that the values are of good answers only; null: known. */
  readonly failuresUnknown: string | null;
}

/**
 * One limit of a percentile. The interval decides, not the point: pass when its upper end is within the limit, fail when
 * its lower end is beyond. A fail may be certain below the sample floor (three of fifty too slow refute a p99); a pass
 * also asks for the floor, so that no stage passes by a number that may not be printed.
 */
export function judgeLatency(
  { percentile: name, limit }: LatencyTarget,
  { values, requests }: AdjustedSamples,
  { whenEmpty, failureRate, failuresUnknown }: LatencyContext,
): SloResult {
  const unsure = (reason: string, measured: Measured = { value: null, reason }): SloResult => {
    return { measured, bound: null, verdict: "unsure", reason };
  };
  if (values.n === 0) return unsure(whenEmpty);
  const p = percentiles[name];
  const floor = sampleFloor(p);
  const tooFew = requests < floor ? `n = ${requests}, ${name} needs ${floor}` : null;
  const point = percentile(values, p);
  const measured: Measured =
    failuresUnknown !== null || tooFew !== null
      ? { value: null, reason: failuresUnknown ?? tooFew ?? "" }
      : Number.isFinite(point)
        ? { value: point }
        : { value: null, reason: `unbounded (${percentText(failureRate ?? 0)} % failed)` };
  const ranks = quantileRanks(requests, p);
  const low = ranks.low === 0 ? 0 : valueAt(values, ranks.low, requests);
  const high = ranks.high > requests ? Number.POSITIVE_INFINITY : valueAt(values, ranks.high, requests);
  // Without the failed ones every percentile is too low: its upper end bounds nothing, its lower end still does.
  const bound = Number.isFinite(high) && Number.isFinite(low) && failuresUnknown === null ? { low, high } : null;
  if (low > limit) return { measured, bound, verdict: "fail", reason: null };
  if (failuresUnknown !== null) return unsure(failuresUnknown, measured);
  if (tooFew !== null) return { measured, bound, verdict: "unsure", reason: tooFew };
  if (high <= limit) return { measured, bound, verdict: "pass", reason: null };
  const upper = Number.isFinite(high) ? `${numberText(high)} ms` : "no upper end";
  const reason = `95 % interval ${numberText(low)} to ${upper}, limit ${numberText(limit)}`;
  return { measured, bound, verdict: "unsure", reason };
}

/** Ranks are of requests; where a request has several values (gaps), the same share of them. */
function valueAt(values: Ranked, rank: number, requests: number): number {
  return values.at(Math.min(values.n, Math.ceil((rank * values.n) / requests)) - 1);
}
