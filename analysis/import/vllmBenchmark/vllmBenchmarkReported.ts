import { type Outcome, outcomes } from "../../../harness/recordFormat.ts";
import type { Measured, StageMetrics, Summary } from "../../analysis.ts";
import { collectAgain, ImportError } from "../importError.ts";
import { absentSummary, withoutCount } from "../reportedValues.ts";
import type { BenchFile } from "./vllmBenchmarkFile.ts";

const NOT_KEPT = "vllm bench serve does not compute it";
const NO_SUCCESS = "no successful request";

/** Counts of a file; where it does not tell failures, `sent` is what was asked for. */
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
    // Answers of one token have none, and of how many it has one it does not say; nor how many gaps there are.
    tpotMs: withoutCount(summary("tpot")),
    itlMs: withoutCount(summary("itl")),
    e2eMs: summary("e2el"),
    ntpotMs: absentSummary(NOT_KEPT),
    generationMs: absentSummary(NOT_KEPT),
    requestTokenRate: absentSummary(NOT_KEPT),
    adjustedTtftMs: absentSummary(NOT_KEPT),
    adjustedE2eMs: absentSummary(NOT_KEPT),
    inputTokens: meanOnly(input, completed),
    outputTokens: meanOnly(told.total_output_tokens, completed),
    cachedShare: absent(NOT_KEPT),
    client: { cpu: null, eventLoopLagP99Ms: null, dispatchLagP99Ms: null },
  };
}

/** @param rows outcomes of the rows; failures that have none are put down to `streamError` */
export function causesOf(counts: BenchCounts, rows: Readonly<Record<Outcome, number>> | null): Record<Outcome, number> {
  const entries = outcomes.map((name) => [name, name === "ok" ? 0 : (rows?.[name] ?? 0)]);
  const found = Object.fromEntries(entries) as Record<Outcome, number>;
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
  if (completed === 0) return absentSummary(NO_SUCCESS);
  const key = (statistic: string) => `${statistic}_${metric}_ms`;
  if (!(key("mean") in told)) return absentSummary(`not asked for (--percentile-metrics without ${metric})`);
  if (told[key("mean")] === 0) return absentSummary("no request had one");
  const percentile = (p: number): Measured => {
    const value = told[key(`p${p}`)];
    return isCount(value) ? { value } : absent(`not asked for (--metric-percentiles without ${p})`);
  };
  return {
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
  if (completed === 0) return absentSummary(NO_SUCCESS);
  const mean = isCount(total) ? { value: total / completed } : absent("the file has no total");
  return { ...absentSummary("vllm bench serve keeps the total only"), n: completed, mean };
}
