import type { Measured, StageMetrics, SystemAnalysis } from "./analysis.ts";
import { type CrossMetric, crossMetrics, definitionsByHarness } from "./definitionsByHarness.ts";
import type { Run } from "./run.ts";

/** One metric of one load, as each harness has it. */
export interface CrossRow {
  readonly load: number;
  readonly metric: CrossMetric;
  readonly cells: readonly CrossCell[];
}

export interface CrossCell {
  readonly harness: string;
  /** By our definition, from its request rows where it has them. */
  readonly ours: Measured;
  /** As the harness itself computed it; null where it told nothing, for our own, and where it ran more than once. */
  readonly own: number | null;
}

/** Rows of a cross-check: one system per harness, all under the same loads. */
export function crossRows(systems: readonly SystemAnalysis[], runs: readonly Run[]): CrossRow[] {
  const loads = [...new Set(systems.flatMap(({ stages }) => stages.map(({ load }) => load)))].sort((a, b) => a - b);
  return loads.flatMap((load) =>
    crossMetrics.map((metric) => ({
      load,
      metric,
      cells: systems.map((system) => {
        const of = runs.filter(({ runId }) => system.runs.some((run) => run.runId === runId));
        const stage = system.stages.find((one) => one.load === load);
        const missing: Measured = { value: null, reason: "it did not run this load" };
        return {
          harness: of[0]?.harness ?? system.name,
          ours: stage === undefined ? missing : measuredOf(stage.pooled, metric),
          own: reportedOnce(of, load, metric),
        };
      }),
    })),
  );
}

/** Where a harness's own number is not ours, by more than `tolerance`, and its definition says why. */
export function explanations(rows: readonly CrossRow[], tolerance = 0.02): string[] {
  const found = new Map<string, number>();
  for (const { metric, cells } of rows) {
    for (const { harness, ours, own } of cells) {
      if (ours.value === null || own === null || ours.value === 0) continue;
      const off = Math.abs(own / ours.value - 1);
      const key = `${harness} ${metric}`;
      if (off > tolerance) found.set(key, Math.max(found.get(key) ?? 0, off));
    }
  }
  return [...found].map(([key, off]) => {
    const [harness = "", metric = ""] = key.split(" ");
    const told = definitionsByHarness[harness]?.[metric as CrossMetric];
    const by = `${harness}: its own ${metricNames[metric as CrossMetric]} is off by up to ${(off * 100).toFixed(0)} %`;
    return told === undefined
      ? `${by}; no difference of definition is known (with few requests, percentiles differ by how they are interpolated)`
      : `${by}: ${told}`;
  });
}

export const metricNames: Readonly<Record<CrossMetric, string>> = {
  ttftMs: "TTFT p50 ms",
  tpotMs: "TPOT p50 ms",
  itlMs: "ITL p50 ms",
  e2eMs: "E2E p50 ms",
  outputTokensPerSecond: "output tok/s",
  requestsPerSecond: "req/s",
};

function measuredOf(metrics: StageMetrics, metric: CrossMetric): Measured {
  const value = metrics[metric];
  return "p50" in value ? value.p50 : value;
}

/** Of several repetitions there is no number of the harness's own: a mean of percentiles is none. */
function reportedOnce(runs: readonly Run[], load: number, metric: CrossMetric): number | null {
  if (runs.length !== 1) return null;
  const values = runs.flatMap(({ stages }) =>
    stages.flatMap(({ plan, reported }) => {
      const its = plan.load.type === "concurrency" ? plan.load.concurrency : plan.load.requestsPerSecond;
      const value = reported !== null && its === load ? measuredOf(reported, metric).value : null;
      return value === null ? [] : [value];
    }),
  );
  return values.length === 1 ? (values[0] as number) : null;
}
