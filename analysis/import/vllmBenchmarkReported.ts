import { type Outcome, outcomes } from "../../harness/recordFormat.ts";
import type { Measured, StageMetrics, Summary } from "../analysis.ts";
import { collectAgain, ImportError } from "./importError.ts";
import type { BenchFile } from "./vllmBenchmarkFile.ts";

const NOT_KEPT = "vllm bench serve does not compute it";
const NO_SUCCESS = "no successful request";

/** Counts of a file; `sent` is null where it tells neither failures nor how many were sent. */
export interface BenchCounts {
  readonly duration: number;
  readonly completed: number;
  readonly sent: number;
}

/** @throws ImportError where duration or counts are no such numbers */
export function benchCounts({ file, told }: BenchFile): BenchCounts {
  const number = (key: string, limit: number, whole: boolean): number => {
    const value = told[key];
    if (typeof value === "number" && value >= 0 && value <= limit && (!whole || Number.isInteger(value))) return value;
    const shown = (JSON.stringify(value) ?? "missing").slice(0, 60);
    throw new ImportError(file, `"${key}" is ${shown}, not a number from 0 to ${limit}`, collectAgain);
  };
  const duration = number("duration", 1e8, false);
  const completed = number("completed", 1e9, true);
  // `failed` is told since v0.12.0. num_prompts is what was asked for: a data set may hold fewer (--no-oversample).
  const sent = "failed" in told ? completed + number("failed", 1e9, true) : number("num_prompts", 1e9, true);
  if (sent < completed) {
    throw new ImportError(file, `"completed" is ${completed}, of ${sent} requests`, collectAgain);
  }
  return { duration, completed, sent };
}

/**
 * What `vllm bench serve` computed itself (calculate_metrics in vllm/benchmarks/serve.py): success only. Its definitions are
 * ours, but for TTFT (from sending to the first chunk with choices, also a role-only one), ITL (gaps of chunks), E2E (to
 * the last chunk) and throughput, which it divides by the whole duration, drain included.
 *
 * It writes 0 for metrics of which it has not a single value (np.mean([] or 0)); here they are absent.
 */
export function reportedMetrics(bench: BenchFile, counts: BenchCounts, causes: Record<Outcome, number>): StageMetrics {
  const { told } = bench;
  const { duration, completed, sent } = counts;
  const rate = (key: string) => (completed === 0 ? absent(NO_SUCCESS) : toldNumber(told, key));
  const input = told.total_input_tokens;
  const summary = (metric: string) => summaryOf(told, metric, completed);
  return {
    windowSeconds: duration,
    sent,
    outcomes: causes,
    failureRate: sent === 0 ? absent("the stage did not run") : { value: (sent - completed) / sent },
    requestsPerSecond: rate("request_throughput"),
    outputTokensPerSecond: rate("output_throughput"),
    // Counts successful requests' prompts only.
    inputTokensPerSecond:
      completed === 0
        ? absent(NO_SUCCESS)
        : isCount(input) && duration > 0
          ? { value: input / duration }
          : absent("the file has no total_input_tokens"),
    totalTokensPerSecond: rate("total_token_throughput"),
    ttftMs: summary("ttft"),
    tpotMs: summary("tpot"),
    itlMs: summary("itl"),
    e2eMs: summary("e2el"),
    ntpotMs: noSummary(NOT_KEPT),
    generationMs: noSummary(NOT_KEPT),
    requestTokenRate: noSummary(NOT_KEPT),
    adjustedTtftMs: noSummary(NOT_KEPT),
    adjustedE2eMs: noSummary(NOT_KEPT),
    inputTokens: meanOnly(input, completed),
    outputTokens: meanOnly(told.total_output_tokens, completed),
    cachedShare: absent(NOT_KEPT),
    client: { cpu: null, eventLoopLagP99Ms: null, dispatchLagP99Ms: null },
  };
}

/** @param failures of requests by outcome, as far as the file tells causes; the rest is put down to `streamError` */
export function causesOf(counts: BenchCounts, failures: ReadonlyMap<Outcome, number>): Record<Outcome, number> {
  const found = Object.fromEntries(outcomes.map((name) => [name, failures.get(name) ?? 0])) as Record<Outcome, number>;
  const explained = outcomes.reduce((sum, name) => sum + found[name], 0);
  const unexplained = Math.max(0, counts.sent - counts.completed - explained);
  return { ...found, ok: counts.completed, streamError: found.streamError + unexplained };
}

const absent = (reason: string): Measured => ({ value: null, reason });
const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 && value <= 1e15;

function toldNumber(told: Readonly<Record<string, unknown>>, key: string): Measured {
  const value = told[key];
  return isCount(value) ? { value } : absent(`the file has no ${key}`);
}

function summaryOf(told: Readonly<Record<string, unknown>>, metric: string, completed: number): Summary {
  if (completed === 0) return noSummary(NO_SUCCESS);
  const key = (statistic: string) => `${statistic}_${metric}_ms`;
  if (!(key("mean") in told)) return noSummary(`not asked for (--percentile-metrics without ${metric})`);
  if (told[key("mean")] === 0) return noSummary("no request had one");
  const percentile = (p: number): Measured => {
    const value = told[key(`p${p}`)];
    return isCount(value) ? { value } : absent(`not asked for (--metric-percentiles without ${p})`);
  };
  return {
    // Of TPOT and ITL it does not say of how many; no request has fewer than none.
    n: completed,
    mean: toldNumber(told, key("mean")),
    min: percentile(0),
    max: percentile(100),
    p5: percentile(5),
    p25: percentile(25),
    p50: toldNumber(told, key("median")),
    p75: percentile(75),
    p90: percentile(90),
    p95: percentile(95),
    p99: percentile(99),
  };
}

function meanOnly(total: unknown, completed: number): Summary {
  if (completed === 0) return noSummary(NO_SUCCESS);
  const mean = isCount(total) ? { value: total / completed } : absent("the file has no total");
  return { ...noSummary("vllm bench serve keeps the total only"), n: completed, mean };
}

export function noSummary(reason: string): Summary {
  const none = absent(reason);
  return {
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
}
