import { type Outcome, outcomes } from "../harness/recordFormat.ts";
import type { Measured, StageMetrics, Summary } from "./analysis.ts";

const NO_ROWS = "the harness left no request rows, and repetitions cannot be pooled from their summaries";

/**
 * Repetitions of which at least one has no request rows: counts are added, rates are weighted by their windows, means by
 * their samples. Percentiles are absent, because a percentile of percentiles is none; each repetition's own stand beside.
 */
export function poolReported(repetitions: readonly StageMetrics[]): StageMetrics {
  const windows = repetitions.map((one) => one.windowSeconds);
  const windowSeconds = windows.every((window) => window !== null) ? sum(windows) : null;
  const counted = Object.fromEntries(
    outcomes.map((name) => [name, sum(repetitions.map((one) => one.outcomes[name]))]),
  ) as Record<Outcome, number>;
  const sent = sum(repetitions.map((one) => one.sent));
  const weighted = (key: keyof Rates, weight: (one: StageMetrics) => number) =>
    weightedMean(repetitions.map((one) => [one[key], weight(one)] as const));
  const rate = (key: keyof Rates) => weighted(key, (one) => one.windowSeconds ?? Number.NaN);
  const distributions = Object.fromEntries(
    summaries.map((key) => [key, poolSummaries(repetitions.map((one) => one[key]))]),
  ) as Record<(typeof summaries)[number], Summary>;
  return {
    windowSeconds,
    sent,
    outcomes: counted,
    // One that cancelled all it sent judges nothing, and takes nothing from the others.
    failureRate: weightedMean(
      repetitions.filter((one) => judged(one) > 0).map((one) => [one.failureRate, judged(one)] as const),
    ),
    requestsPerSecond: rate("requestsPerSecond"),
    outputTokensPerSecond: rate("outputTokensPerSecond"),
    inputTokensPerSecond: rate("inputTokensPerSecond"),
    totalTokensPerSecond: rate("totalTokensPerSecond"),
    ...distributions,
    cachedShare: weighted(
      "cachedShare",
      (one) => (one.windowSeconds ?? Number.NaN) * (one.inputTokensPerSecond.value ?? Number.NaN),
    ),
    client: {
      cpu: worst(repetitions.map(({ client }) => client.cpu)),
      eventLoopLagP99Ms: worst(repetitions.map(({ client }) => client.eventLoopLagP99Ms)),
      dispatchLagP99Ms: worst(repetitions.map(({ client }) => client.dispatchLagP99Ms)),
    },
  };
}

function judged({ sent, outcomes: { cancelled } }: StageMetrics): number {
  return sent - cancelled;
}

type Rates = Pick<
  StageMetrics,
  "requestsPerSecond" | "outputTokensPerSecond" | "inputTokensPerSecond" | "totalTokensPerSecond" | "cachedShare"
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

function poolSummaries(parts: readonly Summary[]): Summary {
  const n = parts.every((part) => part.n !== null) ? sum(parts.map((part) => part.n as number)) : null;
  // Where none has a value, their own reason says more than that they cannot be pooled.
  const reasons = new Set(parts.map(({ mean }) => (mean.value === null ? mean.reason : null)));
  const [only] = reasons;
  const absent: Measured = reasons.size === 1 && typeof only === "string" ? { value: null, reason: only } : none;
  return {
    n,
    mean: weightedMean(parts.filter((part) => part.n !== 0).map((part) => [part.mean, part.n ?? Number.NaN] as const)),
    min: extreme(
      parts.map(({ min }) => min),
      Math.min,
    ),
    max: extreme(
      parts.map(({ max }) => max),
      Math.max,
    ),
    ...{ p5: absent, p25: absent, p50: absent, p75: absent, p90: absent, p95: absent, p99: absent },
  };
}

function extreme(parts: readonly Measured[], of: (...values: number[]) => number): Measured {
  const missing = parts.find(({ value }) => value === null);
  return missing ?? { value: of(...parts.map(({ value }) => value as number)) };
}

function worst(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

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
