import type { Analysis } from "../analysis.ts";
import { type TrackedValue, trackedName, trackedValues } from "./trackedMetrics.ts";

/** One entry of a custom tool of github-action-benchmark (src/extract.ts, type BenchmarkResult, v1). */
export interface GithubActionEntry {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly range?: string;
  readonly extra: string;
}

/**
 * The lists for the tools `customBiggerIsBetter` and `customSmallerIsBetter`: the direction belongs to the tool, not to
 * the entry (src/write.ts, biggerIsBetter), so that throughput and latency need a step of the workflow each.
 */
export function githubActionBenchmark(analysis: Analysis): {
  readonly customBiggerIsBetter: readonly GithubActionEntry[];
  readonly customSmallerIsBetter: readonly GithubActionEntry[];
} {
  const values = trackedValues(analysis);
  const entries = (higher: boolean) =>
    values.filter(({ metric }) => metric.higherIsBetter === higher).map((value) => entry(analysis, value));
  return { customBiggerIsBetter: entries(true), customSmallerIsBetter: entries(false) };
}

function entry(analysis: Analysis, tracked: TrackedValue): GithubActionEntry {
  const { metric, system, stage, value, range } = tracked;
  return {
    name: `${trackedName(analysis, tracked)} / ${metric.label}`,
    unit: metric.unit,
    value,
    ...(range === null ? {} : { range: `${range.low} .. ${range.high}` }),
    extra: [
      `${system.model} on ${system.hardware}`,
      `repetitions: ${stage.repetitions.length}`,
      `requests: ${stage.pooled.sent}`,
      `runs: ${system.runs.map(({ runId }) => runId).join(", ")}`,
      ...(system.simulated ? ["SIMULATED: a model of an engine answered"] : []),
    ].join("\n"),
  };
}
