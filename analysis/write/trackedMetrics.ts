import type { Analysis, Measured, StageAnalysis, StageMetrics, SystemAnalysis } from "../analysis.ts";

/** A number that is followed over time by services for continuous benchmarking. */
export interface TrackedMetric {
  /** Lower case with hyphens: names measures in Bencher. */
  readonly slug: string;
  readonly label: string;
  readonly unit: string;
  readonly higherIsBetter: boolean;
  readonly of: (metrics: StageMetrics) => Measured;
}

const percent = (share: Measured): Measured => (share.value === null ? share : { value: 100 * share.value });

export const trackedMetrics: readonly TrackedMetric[] = [
  metric("output-tokens-per-second", "output throughput", "tokens/s", true, (m) => m.outputTokensPerSecond),
  metric("requests-per-second", "request rate", "requests/s", true, (m) => m.requestsPerSecond),
  metric("ttft-p50", "TTFT p50", "ms", false, (m) => m.ttftMs.p50),
  metric("ttft-p95", "TTFT p95", "ms", false, (m) => m.ttftMs.p95),
  metric("tpot-p50", "TPOT p50", "ms", false, (m) => m.tpotMs.p50),
  metric("itl-p99", "ITL p99", "ms", false, (m) => m.itlMs.p99),
  metric("e2e-p50", "E2E p50", "ms", false, (m) => m.e2eMs.p50),
  metric("failed-requests", "failed requests", "%", false, (m) => percent(m.failureRate)),
];

function metric(
  slug: string,
  label: string,
  unit: string,
  higherIsBetter: boolean,
  of: TrackedMetric["of"],
): TrackedMetric {
  return { slug, label, unit, higherIsBetter, of };
}

export interface TrackedValue {
  readonly metric: TrackedMetric;
  readonly system: SystemAnalysis;
  readonly stage: StageAnalysis;
  /** Of all repetitions pooled. Percentiles of repetitions without request rows cannot be, and are left out. */
  readonly value: number;
  /** Of the repetitions: least and greatest; null with fewer than two. */
  readonly range: { readonly low: number; readonly high: number } | null;
}

/** What is not known is left out: a 0 in its place would be the best latency ever seen. */
export function trackedValues({ systems }: Analysis): TrackedValue[] {
  return systems.flatMap((system) =>
    system.stages.flatMap((stage) =>
      trackedMetrics.flatMap((tracked): TrackedValue[] => {
        const own = stage.repetitions.map((one) => tracked.of(one).value).filter(isNumber);
        const whole = own.length === stage.repetitions.length && own.length > 0;
        const { value } = tracked.of(stage.pooled);
        if (!isNumber(value)) return [];
        const range = !whole || own.length < 2 ? null : { low: Math.min(...own), high: Math.max(...own) };
        return [{ metric: tracked, system, stage, value, range }];
      }),
    ),
  );
}

function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

/**
 * Name under which the number is followed: the same in every run of the stack, so nothing of a run may be in it.
 * SIMULATED stands first, so that a model's number never continues a real engine's line.
 */
export function trackedName(analysis: Analysis, { system, stage }: TrackedValue): string {
  const twins = system.stages.filter(({ name }) => name === stage.name).length;
  const load = twins > 1 ? ` (${stage.loadType} ${stage.load})` : "";
  return `${system.simulated ? "SIMULATED " : ""}${analysis.stack} / ${system.name} / ${stage.name}${load}`;
}
