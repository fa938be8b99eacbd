import { outcomes } from "../../harness/recordFormat.ts";
import type { StageAnalysis, StageMetrics } from "../analysis.ts";
import { loadName } from "../loadName.ts";
import { ofLoads, ofSystem, percentText } from "./finding.ts";
import type { Finding } from "./validity.ts";

/** Up to here a success-only percentile up to p99 still means nearly all requests. */
const RARE = 0.01;

/** Failures at one load are a result, and adjusted percentiles count them; where most of all fail, there is no result. */
export function failureFindings(stages: readonly StageAnalysis[]): Finding[] {
  return [...mostFailed(stages), ...stages.flatMap(failuresOf)];
}

function mostFailed(stages: readonly StageAnalysis[]): Finding[] {
  let failed = 0;
  let judged = 0;
  for (const { pooled } of stages) {
    if (pooled.failureRate.value === null) continue;
    const sent = pooled.sent - pooled.outcomes.cancelled;
    failed += pooled.failureRate.value * sent;
    judged += sent;
  }
  if (judged === 0 || failed / judged <= 0.5) return [];
  const text = `most requests failed: ${percentText(failed / judged)} over all loads; what is left is no sample of the engine`;
  return [ofSystem("failures", "invalid", text)];
}

function failuresOf(stage: StageAnalysis): Finding[] {
  const { failureRate } = stage.pooled;
  if (failureRate.value === null || failureRate.value === 0) return [];
  const first = stage.errors?.find(({ outcome }) => outcome !== "cancelled");
  const example = first === undefined ? "" : `, e.g. "${first.message}"`;
  const counts = failureCounts(stage.pooled);
  const text = `${loadName(stage)}: ${percentText(failureRate.value)} of requests failed (${counts})${example}`;
  return [ofLoads("failures", failureRate.value < RARE ? "note" : "suspect", [stage], text)];
}

function failureCounts({ outcomes: counts }: StageMetrics): string {
  return outcomes
    .filter((name) => name !== "ok" && name !== "cancelled" && counts[name] > 0)
    .map((name) => `${counts[name]} ${name}`)
    .join(", ");
}
