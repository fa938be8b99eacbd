import { type Outcome, outcomes } from "../harness/recordFormat.ts";
import type { Measured, StageMetrics, Summary } from "./analysis.ts";

const NO_ROWS = "the harness left no request rows, and repetitions cannot be pooled from their summaries";

/**
 * Repetitions of which at least one has no request rows: counts are added, rates are weighted by their windows, and
 * distributions are absent, because a percentile of percentiles is none. Each repetition's own stand beside it.
 */
export function poolReported(repetitions: readonly StageMetrics[]): StageMetrics {
  const windowSeconds = sum(repetitions.map((one) => one.windowSeconds));
  const counted = Object.fromEntries(
    outcomes.map((name) => [name, sum(repetitions.map((one) => one.outcomes[name]))]),
  ) as Record<Outcome, number>;
  const sent = sum(repetitions.map((one) => one.sent));
  const weighted = (key: keyof Rates, weight: (one: StageMetrics) => number) =>
    weightedMean(repetitions.map((one) => [one[key], weight(one)] as const));
  const rate = (key: keyof Rates) => weighted(key, (one) => one.windowSeconds);
  const distributions = Object.fromEntries(summaries.map((key) => [key, absent])) as Record<
    (typeof summaries)[number],
    Summary
  >;
  return {
    windowSeconds,
    sent,
    outcomes: counted,
    failureRate: weighted("failureRate", (one) => one.sent - one.outcomes.cancelled),
    requestsPerSecond: rate("requestsPerSecond"),
    outputTokensPerSecond: rate("outputTokensPerSecond"),
    inputTokensPerSecond: rate("inputTokensPerSecond"),
    totalTokensPerSecond: rate("totalTokensPerSecond"),
    ...distributions,
    cachedShare: weighted("cachedShare", (one) => one.windowSeconds * (one.inputTokensPerSecond.value ?? 0)),
    client: { cpu: null, eventLoopLagP99Ms: null, dispatchLagP99Ms: null },
  };
}

type Rates = Pick<
  StageMetrics,
  | "failureRate"
  | "requestsPerSecond"
  | "outputTokensPerSecond"
  | "inputTokensPerSecond"
  | "totalTokensPerSecond"
  | "cachedShare"
>;

const summaries = [
  "ttftMs",
  "tpotMs",
  "itlMs",
  "e2eMs",
  "ntpotMs",
  "generationMs",
  "requestTokenRate",
  "adjustedTtftMs",
  "adjustedE2eMs",
  "inputTokens",
  "outputTokens",
] as const satisfies readonly (keyof StageMetrics)[];

const none: Measured = { value: null, reason: NO_ROWS };
const absent: Summary = {
  n: 0,
  mean: none,
  min: none,
  max: none,
  p5: none,
  p25: none,
  p50: none,
  p75: none,
  p90: none,
  p95: none,
  p99: none,
};

/** Absent as soon as one of them is: a mean over those that are there would be of other runs than the reader thinks. */
function weightedMean(parts: readonly (readonly [Measured, number])[]): Measured {
  let total = 0;
  let weights = 0;
  for (const [measured, weight] of parts) {
    if (measured.value === null) return measured;
    total += measured.value * weight;
    weights += weight;
  }
  return weights > 0 ? { value: total / weights } : none;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
