/** Numbers of a harness that are compared across harnesses. */
export const crossMetrics = [
  "ttftMs",
  "tpotMs",
  "itlMs",
  "e2eMs",
  "outputTokensPerSecond",
  "requestsPerSecond",
] as const;
export type CrossMetric = (typeof crossMetrics)[number];

/** Their rows and numbers keep no intended time: in an open loop too, latencies count from the sending. */
const countFromSending: ReadonlySet<string> = new Set(["inference-perf", "fmperf"]);

/** @param harness with its versions, e.g. "inference-perf 0.6.1" */
export function countsFromSending(harness: string | undefined): boolean {
  return harness !== undefined && countFromSending.has(harness.split(" ")[0] as string);
}

type Definitions = Readonly<Partial<Record<CrossMetric, string>>>;

/**
 * What each harness means by the name it gives a number, where that is not our definition (docs/metrics.md). t0 is the
 * send, tF and tL the first and last token, n the output tokens. fmperf has none: it keeps no number of its own. Sources:
 * each adapter's pinned version; docs/harnesses.md.
 */
export const definitionsByHarness: Readonly<Record<string, Definitions>> = {
  "inference-perf": {
    ttftMs: "none for an answer of one token; tokens of reasoning are not counted as the first",
    itlMs: "gaps between tokens after each chunk was tokenised again: k tokens in a chunk are k - 1 gaps of 0",
    e2eMs: "ends after the answer was tokenised again, so the client's own work is in it",
    outputTokensPerSecond: "over the time of the stage, drain included; tokens counted by its own tokenizer",
    requestsPerSecond: "over the time of the stage, drain included",
  },
  guidellm: {
    tpotMs:
      'what it calls "inter-token latency", (tL - tF) / (n - 1); its own "time per output token" is (tL - t0) / n, our NTPOT less the tail',
    itlMs: "none: it keeps no gaps between tokens",
    outputTokensPerSecond:
      "the mean over intervals between tokens, not tokens over time: with few requests, or answers not streamed, far off",
    requestsPerSecond: "over its measured window",
  },
  "vllm-benchmark": {
    ttftMs: "of the first chunk with choices, which may be an empty one that opens a chat",
    tpotMs: "(latency - TTFT) / (n - 1), latency to the last token's chunk",
    itlMs: "gaps between chunks, of which one may hold several tokens",
    e2eMs: "to the last token's chunk: what follows (usage, [DONE]) is left out",
    outputTokensPerSecond: "over the whole run, tail included, which lowers it for short runs",
    requestsPerSecond: "over the whole run, tail included",
  },
  aiperf: {
    ttftMs: "of the first response that is not empty",
    tpotMs: 'what it calls "inter-token latency", (E2E - TTFT) / (n - 1)',
    itlMs: 'what it calls "inter-chunk latency": gaps between chunks',
    e2eMs: "to the last response",
    outputTokensPerSecond: "over the duration of the benchmark",
    requestsPerSecond: "over the duration of the benchmark",
  },
};
