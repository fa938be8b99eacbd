import type { Measured, StageMetrics, Summary } from "../analysis.ts";
import { stageMetrics } from "../metrics.ts";
import type { StageRows } from "../stageRows.ts";
import { windowWork } from "../throughput.ts";
import { beginOf } from "./issueBuckets.ts";

const NO_GAPS: Measured = { value: null, reason: "gaps are counted per stage, not per request" };

/**
 * The same metrics over the window from `fromMs` on: latencies of the requests that were issued in it, and the work that
 * was done in it, also for requests that were issued before.
 * @param fromMs one per part; null: nothing is cut from it
 */
export function plateauMetrics(parts: readonly StageRows[], fromMs: readonly (number | null)[]): StageMetrics {
  const windows = parts.map((part, i) => {
    const from = fromMs[i] ?? null;
    return from === null ? part : { ...part, summary: { ...part.summary, startMs: from } };
  });
  const issued = windows.map((part, i) => {
    const [from, begin] = [fromMs[i] ?? null, beginOf(part)];
    return from === null ? part : { ...part, rows: part.rows.filter((row) => (begin[row] as number) >= from) };
  });
  const metrics = stageMetrics(issued);
  const work = windows.map(windowWork);
  const total = (key: keyof (typeof work)[number]) => work.reduce((sum, part) => sum + part[key], 0);
  const rate = (known: Measured, amount: number): Measured =>
    known.value === null ? known : { value: (1000 * amount) / total("windowMs") };
  return {
    ...metrics,
    requestsPerSecond: rate(metrics.requestsPerSecond, total("requests")),
    outputTokensPerSecond: rate(metrics.outputTokensPerSecond, total("outputTokens")),
    inputTokensPerSecond: rate(metrics.inputTokensPerSecond, total("inputTokens")),
    totalTokensPerSecond: rate(metrics.totalTokensPerSecond, total("inputTokens") + total("outputTokens")),
    itlMs: withoutGaps(metrics.itlMs),
  };
}

function withoutGaps(summary: Summary): Summary {
  const keys = Object.keys(summary).filter((key) => key !== "n");
  return { ...(Object.fromEntries(keys.map((key) => [key, NO_GAPS])) as unknown as Summary), n: 0 };
}
