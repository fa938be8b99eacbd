import type { SloLatency, SloPercentile } from "../../scenario/criteria.ts";
import type { LoadType, Measured } from "../analysis.ts";

/** One system against its service level objectives. */
export interface SloAssessment {
  readonly targets: readonly SloTarget[];
  /** In the order of the system's stages. */
  readonly stages: readonly StageSlo[];
  readonly largestLoad: LargestLoad;
  /** What makes a request a good one, in a sentence, e.g. "TTFT ≤ 500 ms and TPOT ≤ 50 ms". */
  readonly goodRequest: string;
  /** What must be known of these verdicts, in sentences; absent: nothing. */
  readonly notes?: readonly string[];
}

export type SloTarget =
  | { readonly metric: SloLatency; readonly percentile: SloPercentile; readonly limit: number }
  | { readonly metric: "requestsPerSecond" | "outputTokensPerSecond" | "failureRate"; readonly limit: number };

/** unsure: the bound of the estimate crosses the limit, or there are too few requests to tell. */
export type SloVerdict = "pass" | "fail" | "unsure";

export interface StageSlo {
  readonly load: number;
  /** fail as soon as one target fails; unsure when none fails and one is unsure. */
  readonly verdict: SloVerdict;
  /** One per target, in their order. */
  readonly results: readonly SloResult[];
  /** Share of judged requests that are good: 0..1. */
  readonly goodShare: Measured;
  /** Goodput. */
  readonly goodRequestsPerSecond: Measured;
  /** Output tokens of good requests only. */
  readonly goodOutputTokensPerSecond: Measured;
}

export interface SloResult {
  /** Failure-adjusted for latencies. */
  readonly measured: Measured;
  /** 95 % interval within this run (order statistics, or binomial); null where there is none. */
  readonly bound: { readonly low: number; readonly high: number } | null;
  readonly verdict: SloVerdict;
  /** Why unsure, else null. */
  readonly reason: string | null;
}

/** The largest load that meets every objective; between measured loads, never beyond them. */
export type LargestLoad =
  | { readonly kind: "between"; readonly loadType: LoadType; readonly passes: number; readonly fails: number }
  /** The highest load that was measured still passes; or, with `undecided`, those above it neither pass nor fail. */
  | {
      readonly kind: "atLeast";
      readonly loadType: LoadType;
      readonly passes: number;
      readonly undecided?: readonly number[];
    }
  /** The lowest load that was measured fails already; or, with `undecided`, those below it neither pass nor fail. */
  | {
      readonly kind: "below";
      readonly loadType: LoadType;
      readonly fails: number;
      readonly undecided?: readonly number[];
    }
  | { readonly kind: "unknown"; readonly reason: string };
