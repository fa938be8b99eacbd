import { type Outcome, outcomes } from "../../../harness/recordFormat.ts";
import type { Measured, StageMetrics, Summary } from "../../analysis.ts";
import { failureOutcome } from "../failureOutcome.ts";
import { countOf, type JsonObject, numberOf, objectOf, valueAt } from "../json/looseJson.ts";
import { absentSummary, reportedSummary, reportedValue, withoutCount } from "../reportedValues.ts";

const HARNESS = "inference-perf";
const MS = 1000;
const EVERY_EVENT_STAMPED =
  "up to 0.4 inference-perf took [DONE] and usage, and up to 0.2 every empty line, for a token: it comes out too small";
const NOT_COMPUTED = "inference-perf does not compute it";

/** Of one stage's report: what inference-perf computed (reportgen/base.py, summarize_requests), in our names and units. */
export function reportedMetrics(report: JsonObject): StageMetrics {
  const successes = objectOf(report.successes);
  const ok = countOf(successes.count);
  const outcomeCounts = reportedOutcomes(report, Math.max(0, ok));
  const sent = outcomes.reduce((sum, name) => sum + outcomeCounts[name], 0);
  const ended = sent - outcomeCounts.cancelled;
  const failed = ended - outcomeCounts.ok;
  const windowSeconds = benchmarkSeconds(report, ok);
  const latency = (name: string, whenNone: string) =>
    distribution(valueAt(successes, "latency", name), ok, ok > 0 ? whenNone : "no successful request", MS);
  const rate = (name: string): Measured => {
    if (ok === 0) return { value: null, reason: "no successful request" };
    const value = valueAt(successes, "throughput", name);
    // It writes 0 where the requests took no time at all.
    if (value === 0) return { value: null, reason: "inference-perf wrote 0 beside successful requests" };
    return reportedValue(value, "inference-perf did not report it");
  };
  // Since 0.5 the report says its length, and only events with text are stamped (apis/streaming_parser.py).
  const early = report.benchmark_time_seconds === undefined;
  // Answers that were not streamed, or had one token, are left out, and nothing tells how many.
  const streamed = (name: string) => withoutCount(latency(name, notStreamed));
  const perToken = (name: string) => (early ? absentSummary(EVERY_EVENT_STAMPED) : streamed(name));
  const notStreamed = "no streamed answer of two tokens or more, as inference-perf counts them";
  return {
    windowSeconds: Number.isNaN(windowSeconds) ? null : windowSeconds,
    sent,
    outcomes: outcomeCounts,
    failureRate: ended > 0 && ok >= 0 ? { value: failed / ended } : { value: null, reason: "no request ended" },
    requestsPerSecond: rate("requests_per_sec"),
    outputTokensPerSecond: rate("output_tokens_per_sec"),
    inputTokensPerSecond: rate("input_tokens_per_sec"),
    totalTokensPerSecond: rate("total_tokens_per_sec"),
    ttftMs: streamed("time_to_first_token"),
    tpotMs: perToken("time_per_output_token"),
    itlMs: withoutZeros(
      perToken("inter_token_latency"),
      "inference-perf counts k tokens of one event as k - 1 gaps of 0 ms, which is no ITL by events",
    ),
    e2eMs: latency("request_latency", "inference-perf did not report it"),
    ntpotMs: withoutZeros(
      latency("normalized_time_per_output_token", "inference-perf did not report it"),
      "inference-perf counts answers without a token as 0 ms here",
    ),
    generationMs: absentSummary(NOT_COMPUTED),
    requestTokenRate: absentSummary(NOT_COMPUTED),
    adjustedTtftMs: absentSummary(NOT_COMPUTED),
    adjustedE2eMs: absentSummary(NOT_COMPUTED),
    inputTokens: withoutZeros(
      distribution(firstWithMean(successes, "prompt_tokens", "prompt_len"), ok, "inference-perf did not report it"),
      "inference-perf counts prompts of unknown length as 0",
    ),
    outputTokens: distribution(
      firstWithMean(successes, "output_tokens", "output_len"),
      ok,
      "inference-perf did not report it",
    ),
    cachedShare: cachedShare(objectOf(successes.prompt_tokens)),
    client: { cpu: null, eventLoopLagP99Ms: null, dispatchLagP99Ms: lateMs(report) },
  };
}

/** Of its requests at p99, after the intended time; negative ones are early by its timer's grain. null: not told. */
function lateMs(report: JsonObject): number | null {
  const late = MS * numberOf(valueAt(report, "load_summary", "schedule_delay", "p99"));
  return Number.isFinite(late) ? Math.max(0, late) : null;
}

/** From the first send to the last answer; up to 0.4 only the rates tell it. NaN: nothing does. */
export function benchmarkSeconds(report: JsonObject, ok = countOf(valueAt(report, "successes", "count"))): number {
  const told = numberOf(report.benchmark_time_seconds);
  if (told > 0) return told;
  const derived = ok / numberOf(valueAt(report, "successes", "throughput", "requests_per_sec"));
  return derived > 0 && Number.isFinite(derived) ? derived : Number.NaN;
}

/** `median` is its name of p50. How many values a distribution holds is not told; at most one per successful request. */
function distribution(value: unknown, ok: number, whenNone: string, factor = 1): Summary {
  const values = objectOf(value);
  const known = values === value && Object.keys(values).length > 0;
  const at = (key: string) => values[key === "p50" && values.p50 === undefined ? "median" : key];
  return known ? reportedSummary(ok, at, whenNone, HARNESS, factor) : absentSummary(whenNone);
}

function firstWithMean(successes: JsonObject, ...names: readonly string[]): unknown {
  return names.map((name) => successes[name]).find((value) => typeof objectOf(value).mean === "number");
}

/** Where zeros stand for something else, no figure of the distribution means what its name says. */
function withoutZeros(summary: Summary, reason: string): Summary {
  return summary.min.value === 0 ? absentSummary(reason) : summary;
}

function cachedShare(tokens: JsonObject): Measured {
  const [cached, total] = [numberOf(tokens.cached), numberOf(tokens.total)];
  if (cached > 0 && total >= cached) return { value: cached / total };
  const reason =
    cached === 0 ? "inference-perf writes 0 also where the server tells nothing" : "inference-perf did not report it";
  return { value: null, reason };
}

function reportedOutcomes(report: JsonObject, ok: number): Record<Outcome, number> {
  const counts = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>;
  counts.ok = ok;
  const failures = objectOf(report.failures);
  let left = Math.max(0, countOf(failures.count));
  for (const [label, value] of Object.entries(objectOf(failures.by_label))) {
    const count = Math.min(left, Math.max(0, countOf(objectOf(value).count)));
    counts[outcomeOf(label)] += count;
    left -= count;
  }
  // Up to 0.5 it tells no causes; neither class fits what is not said.
  counts.streamError += left;
  return counts;
}

/** "500 - Internal Server Error", "Timeout", or the exception's name in small letters. */
function outcomeOf(label: string): Outcome {
  return failureOutcome(label, Number(/^(\d{3}) - /.exec(label)?.[1] ?? 0)).outcome;
}
