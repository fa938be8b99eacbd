import { type Slo, type SloLatency, sloLatencies, sloPercentiles } from "../../scenario/criteria.ts";
import { numberText } from "../write/cellText.ts";
import type { SloTarget } from "./sloAssessment.ts";

/** Every objective that is set, in a fixed order. */
export function targetsOf(slo: Slo): SloTarget[] {
  const floor = (metric: "requestsPerSecond" | "outputTokensPerSecond" | "failureRate", limit: number | null) =>
    limit === null ? [] : [{ metric, limit }];
  return [
    ...sloLatencies.flatMap((metric) =>
      sloPercentiles.flatMap((percentile): SloTarget[] => {
        const limit = slo[metric][percentile];
        return limit === undefined ? [] : [{ metric, percentile, limit }];
      }),
    ),
    ...floor("requestsPerSecond", slo.minRequestsPerSecond),
    ...floor("outputTokensPerSecond", slo.minOutputTokensPerSecond),
    ...floor("failureRate", slo.maxErrorRate),
  ];
}

/**
 * Limits in ms that one request must keep to be a good one: those of the highest percentile that is set, since a limit of
 * p50 alone is meant for half of them. null: not judged.
 */
export interface RequestLimits {
  readonly ttftMs: number | null;
  /** The tighter of TPOT's and ITL's: gaps are kept for all requests together, and the mean gap of one is its TPOT. */
  readonly tpotMs: number | null;
  readonly e2eMs: number | null;
}

export function requestLimits(slo: Slo): RequestLimits {
  const of = (metric: SloLatency) => slo[metric].p99 ?? slo[metric].p95 ?? slo[metric].p50 ?? null;
  const gaps = [of("tpotMs"), of("itlMs")].filter((limit) => limit !== null);
  return { ttftMs: of("ttftMs"), tpotMs: gaps.length === 0 ? null : Math.min(...gaps), e2eMs: of("e2eMs") };
}

export function goodRequestText(slo: Slo): string {
  const { ttftMs, tpotMs, e2eMs } = requestLimits(slo);
  const byGap = Object.keys(slo.itlMs).length > 0;
  const parts = [
    ...(ttftMs === null ? [] : [`TTFT ≤ ${numberText(ttftMs)} ms`]),
    ...(tpotMs === null ? [] : [`TPOT ≤ ${numberText(tpotMs)} ms${byGap ? " (ITL is judged by the mean gap)" : ""}`]),
    ...(e2eMs === null ? [] : [`E2E ≤ ${numberText(e2eMs)} ms`]),
  ];
  return parts.length === 0 ? "an answer without an error" : parts.join(" and ");
}
