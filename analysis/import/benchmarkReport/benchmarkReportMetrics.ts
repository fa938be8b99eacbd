import { type Outcome, outcomes } from "../../../harness/recordFormat.ts";
import type { Measured, StageMetrics } from "../../analysis.ts";
import { type JsonObject, objectOf, valueAt } from "../json/looseJson.ts";
import { absentSummary } from "../reportedValues.ts";
import { ReportStatistics } from "./benchmarkReportValues.ts";

export interface Counts {
  readonly sent: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** null: the report does not tell how many failed. */
  readonly failed: number | null;
}

/** Where each version keeps its parts. */
export interface Aggregate {
  readonly requests: JsonObject;
  readonly latency: JsonObject;
  /** Per rate: a statistic in 0.2, a plain number in 0.1. */
  readonly throughput: {
    readonly input: unknown;
    readonly output: unknown;
    readonly total: unknown;
    readonly requests: unknown;
  };
}

/** 0.1 keeps plain numbers, in the units that its names say. */
export function aggregate01(document: unknown): Aggregate {
  const rates = objectOf(valueAt(document, "metrics", "throughput"));
  const rate = (key: string, units: string) => (rates[key] === undefined ? undefined : { units, mean: rates[key] });
  return {
    requests: objectOf(valueAt(document, "metrics", "requests")),
    latency: objectOf(valueAt(document, "metrics", "latency")),
    throughput: {
      input: rate("input_tokens_per_sec", "tokens/s"),
      output: rate("output_tokens_per_sec", "tokens/s"),
      total: rate("total_tokens_per_sec", "tokens/s"),
      requests: rate("requests_per_sec", "queries/s"),
    },
  };
}

/** null: the report holds no request performance at all. */
export function aggregate02(document: unknown): Aggregate | null {
  const aggregate = valueAt(document, "results", "request_performance", "aggregate");
  if (typeof aggregate !== "object" || aggregate === null) return null;
  const rates = objectOf(valueAt(aggregate, "throughput"));
  return {
    requests: objectOf(valueAt(aggregate, "requests")),
    latency: objectOf(valueAt(aggregate, "latency")),
    throughput: {
      input: rates.input_token_rate,
      output: rates.output_token_rate,
      total: rates.total_token_rate,
      requests: rates.request_rate,
    },
  };
}

/** @param seconds of the stage; null where the report does not tell */
export function reportedMetrics(
  { requests, latency, throughput }: Aggregate,
  counts: Counts,
  seconds: number | null,
  problem: (text: string) => void,
): StageMetrics {
  const { sent, outcomes: counted, failed } = counts;
  const judged = sent - counted.cancelled;
  const statistics = new ReportStatistics(failed === null ? null : counted.ok, problem);
  const none = (reason: string): Measured => ({ value: null, reason });
  const notHeld = absentSummary("a Benchmark Report does not hold it");
  const perToken = (key: string) => statistics.summary(latency[key], key, "timePerToken", false);
  return {
    windowSeconds: seconds,
    sent,
    outcomes: counted,
    failureRate:
      failed === null
        ? none("the report does not say how many requests failed")
        : judged > 0
          ? { value: failed / judged }
          : none(sent === 0 ? "no request was sent" : "no request was completed"),
    requestsPerSecond: statistics.rate(throughput.requests, "request rate", "requestRate"),
    outputTokensPerSecond: statistics.rate(throughput.output, "output token rate", "tokenRate"),
    inputTokensPerSecond: statistics.rate(throughput.input, "input token rate", "tokenRate"),
    totalTokensPerSecond: statistics.rate(throughput.total, "total token rate", "tokenRate"),
    ttftMs: statistics.summary(latency.time_to_first_token, "time_to_first_token", "time", true),
    tpotMs: perToken("time_per_output_token"),
    itlMs: perToken("inter_token_latency"),
    e2eMs: statistics.summary(latency.request_latency, "request_latency", "time", true),
    ntpotMs: perToken("normalized_time_per_output_token"),
    generationMs: notHeld,
    requestTokenRate: notHeld,
    adjustedTtftMs: notHeld,
    adjustedE2eMs: notHeld,
    inputTokens: statistics.summary(requests.input_length, "input_length", "count", true),
    outputTokens: statistics.summary(requests.output_length, "output_length", "count", true),
    cachedShare: none("a Benchmark Report holds the server's own hit rate only, which counts otherwise"),
    client: { cpu: null, eventLoopLagP99Ms: null, dispatchLagP99Ms: null },
  };
}

/**
 * Counts of the requests, or why they cannot be true. Failures have no causes in a report: they are counted as errors of
 * the stream, the class for what a harness does not explain.
 */
export function countsOf(requests: JsonObject): Counts | string {
  const count = (key: string): number | null | undefined => {
    const value = requests[key];
    if (value === undefined || value === null) return null;
    return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MOST ? value : undefined;
  };
  const [total, failures, incomplete] = [count("total"), count("failures"), count("incomplete")];
  for (const [key, value] of Object.entries({ total, failures, incomplete })) {
    if (value === undefined) return `requests.${key} is ${JSON.stringify(requests[key])}, allowed: a count`;
  }
  if (total === null || total === undefined) return "has no requests.total, so that no number can be weighed";
  const ok = total - (failures ?? 0) - (incomplete ?? 0);
  if (ok < 0) return `of ${total} requests ${failures ?? 0} failed and ${incomplete ?? 0} were not completed`;
  const none = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>;
  return {
    sent: total,
    failed: failures ?? null,
    outcomes: { ...none, ok, streamError: failures ?? 0, cancelled: incomplete ?? 0 },
  };
}

const MOST = 1e12;
