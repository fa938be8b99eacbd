import type { Price } from "./prices.ts";

/** What a run is judged by. None of it changes what is measured, so none of it is part of the run id. */
export interface Criteria {
  /** null: none was set; then nothing is said about it. */
  readonly slo: Slo | null;
  readonly comparison: ComparisonCriteria;
  readonly cost: CostCriteria;
}

/** Service level objectives; every one that is set must hold. */
export interface Slo {
  /** Upper limits in ms; of all requests that were sent, so that a failed one counts as infinitely slow. */
  readonly ttftMs: PercentileLimits;
  readonly tpotMs: PercentileLimits;
  readonly itlMs: PercentileLimits;
  readonly e2eMs: PercentileLimits;
  readonly minRequestsPerSecond: number | null;
  readonly minOutputTokensPerSecond: number | null;
  /** Share of requests, 0..1. */
  readonly maxErrorRate: number | null;
}
export type SloLatency = "ttftMs" | "tpotMs" | "itlMs" | "e2eMs";
export type SloPercentile = "p50" | "p95" | "p99";
export const sloLatencies = ["ttftMs", "tpotMs", "itlMs", "e2eMs"] as const satisfies readonly SloLatency[];
export const sloPercentiles = ["p50", "p95", "p99"] as const satisfies readonly SloPercentile[];
export type PercentileLimits = Readonly<Partial<Record<SloPercentile, number>>>;

export const comparedMetricNames = [
  "outputTokensPerSecond",
  "requestsPerSecond",
  "ttftP50Ms",
  "ttftP95Ms",
  "tpotP50Ms",
  "tpotP95Ms",
  "e2eP50Ms",
  "e2eP95Ms",
] as const;
export type ComparedMetric = (typeof comparedMetricNames)[number];

export interface ComparisonCriteria {
  /** The one metric that the verdict in a sentence, and the gate, rest on. */
  readonly primary: ComparedMetric;
  /** Smallest change that matters, as a share (0.05 is 5 %), for metrics whose margin is not the shipped one. */
  readonly margins: Readonly<Partial<Record<ComparedMetric, number>>>;
}

export interface CostCriteria {
  /** Of what is not a GPU machine: gateway, volumes, load balancer. */
  readonly extraUsdPerHour: number;
  /** The load that the system is bought for, in requests/s; null: none was named. */
  readonly requestsPerSecond: number | null;
  /** Power usage effectiveness of the site, 1 or more; energy is multiplied by it. */
  readonly pue: number;
  /** GPU name -> price, as the stack file says: a price that is set after a run counts too. Absent in older files. */
  readonly prices?: Readonly<Record<string, Price>>;
}

export const shippedCriteria: Criteria = {
  slo: null,
  comparison: { primary: "outputTokensPerSecond", margins: {} },
  cost: { extraUsdPerHour: 0, requestsPerSecond: null, pue: 1 },
};
