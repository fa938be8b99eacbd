import type { Measured, StageMetrics, Summary } from "../../analysis.ts";
import type { StageWindow } from "../../run.ts";
import { type JsonObject, numberOf, objectOf, textOf, valueAt } from "../json/looseJson.ts";
import { absentSummary, reportedSummary, reportedValue } from "../reportedValues.ts";
import { msFactor } from "./aiperfUnits.ts";

export const remarksOfReported: readonly string[] = [
  "What aiperf calls inter-token latency, (E2E - TTFT) / (tokens - 1) of a request, is TPOT here; its inter-chunk latency, the gaps themselves, is ITL.",
  "aiperf's request latency ends with the last token, not with the end of the answer; so does E2E from its requests.",
  "aiperf measures from sending. Where requests have an intended time (a request rate), the figures from the requests begin when the request was due.",
];

const NOT_REPORTED = "aiperf did not report it";

/** @param gaps of the lines, for files without counts @param alone there are no lines: outcomes are aiperf's own */
export function aiperfReported(
  summary: JsonObject,
  window: Pick<StageWindow, "sent" | "outcomes">,
  gaps: number,
  alone: boolean,
): StageMetrics | null {
  const single = (tag: string) => numberOf(valueAt(summary, tag, "avg"));
  const ok = single("request_count");
  const errors = Number.isNaN(single("error_request_count")) ? 0 : single("error_request_count");
  const seconds = (single("benchmark_duration") * msFactor(summary.benchmark_duration)) / 1000;
  if (!(ok >= 0) || !(errors >= 0) || !(seconds > 0)) return null;
  const none = ok > 0 ? NOT_REPORTED : "no successful request";
  const of = (tag: string, factor: number, count = ok): Summary => {
    const metric = objectOf(summary[tag]);
    const told = numberOf(metric.count);
    const n = Number.isNaN(told) ? count : told;
    if (Object.keys(metric).length === 0) return absentSummary(none);
    if (Number.isNaN(factor)) return absentSummary(`its unit is ${textOf(metric.unit) ?? "not told"}`);
    return reportedSummary(n, (key) => metric[key === "mean" ? "avg" : key], none, "aiperf", factor);
  };
  const time = (tag: string, count?: number) => of(tag, msFactor(summary[tag]), count);
  const tokens = (...tags: string[]) => of(tags.find((tag) => summary[tag] !== undefined) ?? tags[0]!, 1);
  const rate = (tag: string): Measured => reportedValue(valueAt(summary, tag, "avg"), none);
  return {
    windowSeconds: seconds,
    sent: alone ? Math.round(ok + errors) : window.sent,
    // It counts failures, but sorts them by text only.
    outcomes: alone ? { ...window.outcomes, ok: Math.round(ok), streamError: Math.round(errors) } : window.outcomes,
    failureRate: ok + errors > 0 ? { value: errors / (ok + errors) } : { value: null, reason: "no request ended" },
    requestsPerSecond: rate("request_throughput"),
    outputTokensPerSecond: rate("output_token_throughput"),
    inputTokensPerSecond: rate("input_token_throughput"),
    totalTokensPerSecond: rate("total_token_throughput"),
    ttftMs: time("time_to_first_token"),
    tpotMs: time("inter_token_latency"),
    itlMs: time("inter_chunk_latency", gaps),
    e2eMs: time("request_latency"),
    ntpotMs: absentSummary("aiperf does not report it"),
    generationMs: time("decode_duration"),
    requestTokenRate: of("e2e_output_token_throughput", 1),
    // Its adj_ metrics extend to failures as ours do, but take another percentile rule (aiperf#688).
    adjustedTtftMs: absentSummary("aiperf's own has another percentile rule"),
    adjustedE2eMs: absentSummary("aiperf's own has another percentile rule"),
    inputTokens: tokens("usage_prompt_tokens", "input_sequence_length"),
    outputTokens: tokens("usage_completion_tokens", "output_sequence_length"),
    cachedShare: reportedValue(valueAt(summary, "overall_usage_prompt_cache_read_pct", "avg"), none, 0.01),
    client: { cpu: null, eventLoopLagP99Ms: null, dispatchLagP99Ms: null },
  };
}
