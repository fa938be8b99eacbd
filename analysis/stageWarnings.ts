import { outcomes } from "../harness/recordFormat.ts";
import type { StageAnalysis, StageMetrics } from "./analysis.ts";
import { loadName, loadNames } from "./loadName.ts";

/** Above this the generator, one event loop on one core, is about to become the bottleneck. */
const CPU_LIMIT = 0.9;
/** Late stamps of this size are no longer small beside the gap between two tokens. */
const LAG_LIMIT_MS = 10;
/** A window should hold this many requests of a connection, one after the other. */
const LEAST_E2E_PER_WINDOW = 5;

/** A quantity that is too large at some loads; said once for all of them, with the worst value. */
interface Limit {
  readonly limit: number;
  readonly of: (stage: StageAnalysis) => number | null;
  readonly text: (loads: string, worst: number) => string;
}

const limits: readonly Limit[] = [
  {
    limit: CPU_LIMIT,
    of: ({ pooled }) => pooled.client.cpu,
    text: (loads, worst) =>
      `the load generator may have been the bottleneck at ${loads}: it used up to ${worst.toFixed(2)} of one core`,
  },
  {
    limit: LAG_LIMIT_MS,
    of: ({ pooled }) => pooled.client.eventLoopLagP99Ms,
    text: (loads, worst) =>
      `the load generator was late at ${loads}: its event loop lagged by up to ${worst.toFixed(1)} ms at p99, and latencies are too high by up to that`,
  },
  {
    limit: LAG_LIMIT_MS,
    of: ({ pooled, loadType }) => (loadType === "concurrency" ? null : pooled.client.dispatchLagP99Ms),
    text: (loads, worst) =>
      `requests left late at ${loads}: up to ${worst.toFixed(1)} ms after their intended time at p99; latencies include it`,
  },
  {
    limit: 1 / LEAST_E2E_PER_WINDOW,
    of: ({ pooled, repetitions }) => {
      const windowMs = (1000 * (pooled.windowSeconds ?? 0)) / repetitions.length;
      return pooled.e2eMs.mean.value === null || windowMs === 0 ? null : pooled.e2eMs.mean.value / windowMs;
    },
    text: (loads, worst) =>
      `the stages are short at ${loads}: a window holds as few as ${(1 / worst).toFixed(1)} requests one after the other`,
  },
];

export function stageWarnings(stages: readonly StageAnalysis[]): string[] {
  const [ran, absent] = [stages.filter(hasRun), stages.filter((stage) => !hasRun(stage))];
  return [
    ...absent.map((stage) => `${loadName(stage)}: did not run`),
    ...ran.flatMap(failureWarning),
    ...limits.flatMap((limit) => limitWarning(limit, ran)),
  ];
}

function hasRun({ repetitions }: StageAnalysis): boolean {
  return repetitions.length > 0;
}

function failureWarning(stage: StageAnalysis): string[] {
  const { failureRate } = stage.pooled;
  if (failureRate.value === null || failureRate.value === 0) return [];
  const first = stage.errors?.find(({ outcome }) => outcome !== "cancelled");
  const example = first === undefined ? "" : `, e.g. "${first.message}"`;
  const percent = (100 * failureRate.value).toFixed(1);
  return [`${loadName(stage)}: ${percent} % of requests failed (${failureCounts(stage.pooled)})${example}`];
}

function limitWarning({ limit, of, text }: Limit, stages: readonly StageAnalysis[]): string[] {
  const over = stages.filter((stage) => (of(stage) ?? 0) > limit);
  return over.length === 0 ? [] : [text(loadNames(over), Math.max(...over.map((stage) => of(stage) ?? 0)))];
}

function failureCounts({ outcomes: counts }: StageMetrics): string {
  return outcomes
    .filter((name) => name !== "ok" && name !== "cancelled" && counts[name] > 0)
    .map((name) => `${counts[name]} ${name}`)
    .join(", ");
}
