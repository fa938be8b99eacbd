import type { StageAnalysis, StageMetrics } from "../analysis.ts";
import type { Run } from "../run.ts";
import { warningsOf } from "../warnings.ts";

/** Whether the numbers of one system may be believed. */
export interface Validity {
  /** The worst finding's word: invalid (do not use), suspect (read why first), valid. */
  readonly verdict: "valid" | "suspect" | "invalid";
  /** Most severe first. */
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly check: Check;
  /** A note is worth knowing and changes no verdict. */
  readonly severity: "invalid" | "suspect" | "note";
  /** Loads that it concerns, as `StageAnalysis.load`; empty: the whole system. */
  readonly loads: readonly number[];
  /** One sentence that can stand alone, with its numbers. */
  readonly text: string;
}

export type Check =
  | "completeness"
  | "failures"
  | "samples"
  | "steadyState"
  | "window"
  | "client"
  | "prefixCache"
  | "tokens"
  | "restarts"
  | "fingerprint"
  | "serverMetrics"
  | "tracing";

/** How one stage behaved over its window. */
export interface Steadiness {
  /** saturated: requests in flight or TTFT grow without end; unknown: too few requests, or no rows. */
  readonly verdict: "steady" | "drifting" | "saturated" | "unknown";
  readonly reason: string;
  /** The same metrics without the ramp at the stage's beginning; null where there is no plateau, or nothing to cut. */
  readonly plateau: StageMetrics | null;
}

export function validityOf(runs: readonly Run[], stages: readonly StageAnalysis[]): Validity {
  const findings = warningsOf(runs, stages).map(
    (text): Finding => ({ check: "completeness", severity: "note", loads: [], text }),
  );
  return { verdict: "valid", findings };
}
