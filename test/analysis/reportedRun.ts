import type { Measured, StageMetrics, Summary } from "../../analysis/analysis.ts";
import type { Run, RunStage } from "../../analysis/run.ts";
import { type Outcome, outcomes } from "../../harness/recordFormat.ts";

/** Of a harness that keeps aggregates only: mean, p50 and p99 of some metrics, and nothing of its client. */
export function reportedMetrics(change: Partial<StageMetrics> = {}, failed = 0): StageMetrics {
  const none = (reason: string): Measured => ({ value: null, reason });
  const absent = summary(null, {});
  const counts = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>;
  return {
    windowSeconds: 10,
    sent: 20,
    outcomes: { ...counts, ok: 20 - failed, streamError: failed },
    failureRate: { value: failed / 20 },
    requestsPerSecond: { value: 2 },
    outputTokensPerSecond: { value: 64 },
    inputTokensPerSecond: none("the harness does not report it"),
    totalTokensPerSecond: none("the harness does not report it"),
    ttftMs: summary(20, { mean: 41, p50: 40, p99: 60 }),
    tpotMs: summary(20, { mean: 11, p50: 10, p99: 14 }),
    itlMs: summary(null, { mean: 11, p50: 10 }),
    e2eMs: summary(20, { mean: 400, p50: 380, p99: 600 }),
    ntpotMs: absent,
    generationMs: absent,
    requestTokenRate: absent,
    adjustedTtftMs: absent,
    adjustedE2eMs: absent,
    inputTokens: summary(20, { mean: 128 }),
    outputTokens: summary(20, { mean: 32 }),
    cachedShare: none("the harness does not report it"),
    client: { cpu: null, eventLoopLagP99Ms: null, dispatchLagP99Ms: null },
    ...change,
  };
}

export function summary(n: number | null, known: Partial<Record<Exclude<keyof Summary, "n">, number>>): Summary {
  const at = (key: keyof typeof known): Measured =>
    known[key] === undefined ? { value: null, reason: "othertool did not report it" } : { value: known[key] };
  return {
    ...{ n, mean: at("mean"), min: at("min"), max: at("max"), p5: at("p5"), p25: at("p25") },
    ...{ p50: at("p50"), p75: at("p75"), p90: at("p90"), p95: at("p95"), p99: at("p99") },
  };
}

/** As an importer leaves it: no rows, no plan, no client. */
export function reportedRun(change: Partial<Run> = {}, stages: readonly (StageMetrics | null)[] = defaults): Run {
  const repetition = change.repetition ?? 1;
  return {
    runId: `engine-0badcafe-r${repetition}`,
    stack: "local",
    target: "engine",
    repetition,
    harness: "othertool",
    harnessVersion: "1.2.3",
    simulated: false,
    status: "complete",
    reason: null,
    startedAt: "2026-11-22T06:00:00.000Z",
    durationSeconds: 10 * stages.length,
    stages: stages.map(stage),
    requests: null,
    itl: [],
    errors: [],
    plan: null,
    remarks: ["othertool's ITL counts <chunks>, not tokens"],
    provenance: { scenario: null, seed: 1, versions: {}, machine: {}, harness: null, simulation: null },
    ...change,
  };
}

const defaults = [reportedMetrics(), reportedMetrics({ outputTokensPerSecond: { value: 120 } })];

function stage(reported: StageMetrics | null, index: number): RunStage {
  const concurrency = 2 ** index;
  const counts = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>;
  return {
    plan: { name: `concurrency ${concurrency}`, load: { type: "concurrency", concurrency }, stop: { requests: 20 } },
    summary: {
      name: `concurrency ${concurrency}`,
      status: reported === null ? "skipped" : "complete",
      ...{ startMs: 10_000 * index, endMs: 10_000 * (index + 1), drainedMs: 10_000 * (index + 1) },
      sent: reported?.sent ?? 0,
      outcomes: reported?.outcomes ?? counts,
      client: null,
      gapCv: null,
    },
    reported,
  };
}
