import type { Measured, StageMetrics, Summary } from "../../analysis.ts";
import type { StageWindow } from "../../run.ts";
import { numberOf, objectOf, valueAt } from "../json/looseJson.ts";
import { absentSummary, reportedSummary, reportedValue, type SummaryKey } from "../reportedValues.ts";

export const reportedRemarks: readonly string[] = [
  "What guidellm calls ITL, (last - first token) / (tokens - 1) of a request, is TPOT here; it stores no gaps between tokens, so there is no ITL.",
  "What guidellm calls TPOT, (last token - sent) / tokens, includes the first token and stands as NTPOT here, which ends with the answer instead of its last token.",
  "guidellm weights the distributions of both by tokens, so its figures lean to the long answers; those from the requests count each request once.",
  "guidellm measures from sending, by the wall clock. Where requests have an intended time, the figures from the requests begin there.",
  "guidellm takes percentiles without interpolation.",
  "Its token rates are means over intervals between tokens: with few requests they are off, and with answers that are not streamed 0.7.3 tells about twice the tokens over the time.",
];

const NOT_KEPT = "guidellm does not report it";

/** `metrics.*.successful` of one benchmark: guidellm/benchmark/schemas/metrics.py, the same keys in v0.5.4 to v0.8.1. */
export function guidellmReported(benchmark: unknown, window: StageWindow): StageMetrics | null {
  const { metrics, duration } = objectOf(benchmark);
  const windowSeconds = numberOf(duration);
  if (Object.keys(objectOf(metrics)).length === 0 || !(windowSeconds > 0)) return null;
  const totals = objectOf(valueAt(metrics, "request_totals"));
  const ok = numberOf(totals.successful);
  const errored = numberOf(totals.errored);
  const requests = numberOf(valueAt(metrics, "request_latency", "successful", "count"));
  const none = "no successful request";
  const of = (name: string, factor = 1): Summary =>
    summaryOf(valueAt(metrics, name, "successful"), requests, none, factor);
  const rate = (name: string): Measured =>
    ok > 0
      ? reportedValue(valueAt(metrics, name, "successful", "mean"), "guidellm did not report it")
      : { value: null, reason: none };
  const absent = absentSummary(NOT_KEPT);
  return {
    windowSeconds,
    sent: window.sent,
    outcomes: window.outcomes,
    failureRate: ok + errored > 0 ? { value: errored / (ok + errored) } : { value: null, reason: "no request ended" },
    requestsPerSecond: rate("requests_per_second"),
    outputTokensPerSecond: rate("output_tokens_per_second"),
    inputTokensPerSecond: rate("prompt_tokens_per_second"),
    totalTokensPerSecond: rate("tokens_per_second"),
    ttftMs: of("time_to_first_token_ms"),
    tpotMs: summaryOf(
      valueAt(metrics, "inter_token_latency_ms", "successful"),
      requests,
      requests > 0 ? "every answer had one token" : none,
      1,
    ),
    itlMs: absentSummary("guidellm stores no gaps between tokens"),
    e2eMs: of("request_latency", 1000),
    ntpotMs: of("time_per_output_token_ms"),
    generationMs: absent,
    requestTokenRate: absent,
    adjustedTtftMs: absent,
    adjustedE2eMs: absent,
    inputTokens: of("prompt_token_count"),
    outputTokens: of("output_token_count"),
    cachedShare: { value: null, reason: NOT_KEPT },
    client: { cpu: null, eventLoopLagP99Ms: null, dispatchLagP99Ms: null },
  };
}

const keys: Partial<Record<SummaryKey, string>> = { p5: "p05" };

/** @param requests successful ones: `count` of a weighted distribution is the number of tokens */
function summaryOf(distribution: unknown, requests: number, none: string, factor: number): Summary {
  const values = objectOf(distribution);
  if (!(numberOf(values.count) > 0)) return absentSummary(none);
  // metrics.py writes `value or 0.0`: whoever has no first token is counted as 0, and nothing tells how many.
  if (!(numberOf(values.min) > 0))
    return absentSummary("guidellm counts a missing value as 0, and at least one is missing");
  const at = (key: SummaryKey) => (key in values ? values[key] : valueAt(values, "percentiles", keys[key] ?? key));
  return reportedSummary(requests, at, none, "guidellm", factor);
}
