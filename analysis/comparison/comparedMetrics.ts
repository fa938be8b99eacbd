import type { ComparisonCriteria } from "../../scenario/criteria.ts";
import type { ComparedMetric, Measured, StageMetrics } from "../analysis.ts";

export interface Metric {
  readonly key: ComparedMetric;
  readonly label: string;
  readonly higherIsBetter: boolean;
  /** The smallest change that matters in practice. */
  readonly margin: number;
  readonly of: (metrics: StageMetrics) => Measured;
}

const THROUGHPUT_MARGIN = 0.05;
const LATENCY_MARGIN = 0.1;

const rate = (key: "outputTokensPerSecond" | "requestsPerSecond", label: string): Metric => ({
  ...{ key, label, higherIsBetter: true, margin: THROUGHPUT_MARGIN },
  of: (metrics) => metrics[key],
});
const latency = (
  key: ComparedMetric,
  label: string,
  of: "ttftMs" | "tpotMs" | "e2eMs",
  percentile: "p50" | "p95",
): Metric => ({
  ...{ key, label: `${label} ${percentile}`, higherIsBetter: false, margin: LATENCY_MARGIN },
  of: (metrics) => metrics[of][percentile],
});

/** With the margins that are shipped. */
export const comparedMetrics: readonly Metric[] = [
  rate("outputTokensPerSecond", "output tokens/s"),
  rate("requestsPerSecond", "requests/s"),
  latency("ttftP50Ms", "TTFT", "ttftMs", "p50"),
  latency("ttftP95Ms", "TTFT", "ttftMs", "p95"),
  latency("tpotP50Ms", "TPOT", "tpotMs", "p50"),
  latency("tpotP95Ms", "TPOT", "tpotMs", "p95"),
  latency("e2eP50Ms", "E2E", "e2eMs", "p50"),
  latency("e2eP95Ms", "E2E", "e2eMs", "p95"),
];

/** The primary one first, each with the margin that was asked for. */
export function metricsFor({ primary, margins }: ComparisonCriteria): Metric[] {
  const isPrimary = ({ key }: Metric) => key === primary;
  return [...comparedMetrics.filter(isPrimary), ...comparedMetrics.filter((metric) => !isPrimary(metric))].map(
    (metric) => ({ ...metric, margin: margins[metric.key] ?? metric.margin }),
  );
}
