import type { StageAnalysis, StageMetrics } from "../analysis.ts";
import type { Run } from "../run.ts";
import { clientFindings } from "./client.ts";
import { completenessFindings } from "./completeness.ts";
import { failureFindings } from "./failures.ts";
import { fingerprintFindings } from "./fingerprint.ts";
import { prefixCacheFindings } from "./prefixCache.ts";
import { restartFindings } from "./restarts.ts";
import { sampleFindings } from "./samples.ts";
import { serverRecordFindings } from "./serverRecord.ts";
import { steadyStateFindings } from "./steadyState.ts";
import { togetherFindings } from "./together.ts";
import { tokenFindings } from "./tokens.ts";
import { tracingFindings } from "./tracing.ts";
import { windowFindings } from "./window.ts";

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
  | "tracing"
  | "together";

/** How one stage behaved over its window. */
export interface Steadiness {
  /** saturated: requests in flight or TTFT grow without end; unknown: too few requests, or no rows. */
  readonly verdict: "steady" | "drifting" | "saturated" | "unknown";
  readonly reason: string;
  /** The same metrics without the ramp at the stage's beginning; null where there is no plateau, or nothing to cut. */
  readonly plateau: StageMetrics | null;
}

const rank: Readonly<Record<Finding["severity"], number>> = { invalid: 0, suspect: 1, note: 2 };

/** All checks; a system is as good as its worst finding. @param all runs of the analysis: of what it was loaded with, too */
export function validityOf(
  runs: readonly Run[],
  stages: readonly StageAnalysis[],
  all: readonly Run[] = runs,
): Validity {
  const ran = stages.filter(({ repetitions }) => repetitions.length > 0);
  const findings = [
    ...completenessFindings(runs, stages),
    ...failureFindings(ran),
    ...restartFindings(runs, ran),
    ...fingerprintFindings(runs),
    ...clientFindings(ran),
    ...prefixCacheFindings(runs, ran),
    ...steadyStateFindings(ran),
    ...windowFindings(ran),
    ...sampleFindings(runs, ran),
    ...tokenFindings(runs, ran),
    ...tracingFindings(runs),
    ...serverRecordFindings(runs),
    ...togetherFindings(runs, ran, all),
  ].sort((a, b) => rank[a.severity] - rank[b.severity]);
  const worst = findings[0]?.severity ?? "note";
  return { verdict: worst === "note" ? "valid" : worst, findings };
}
