import type { ComparedMetric, StageMetrics, SystemAnalysis } from "../analysis.ts";
import { comparedMetrics } from "../comparison.ts";
import { environmentFingerprint, environmentOf } from "../gate/environment.ts";
import type { GateSide, GateVerdict } from "../gate/gate.ts";
import { geometricMean } from "../statistics.ts";
import { meanInterval } from "./meanInterval.ts";

/** One line of a history file: one system, measured once. */
export interface HistoryEntry {
  /** ISO 8601: when the newest of its runs began. */
  readonly time: string;
  readonly commit: string | null;
  readonly stack: string;
  readonly system: string;
  /** Of the workload, the harness and the machine; another one begins a new series. */
  readonly fingerprint: string;
  /** Keys: a metric over all loads, or `metric@load`. What is not known is left out, never 0. */
  readonly metrics: Readonly<Record<string, HistoryValue>>;
  /** null: it was only recorded. */
  readonly verdict: GateVerdict | null;
}

export interface HistoryValue {
  /** Geometric mean of the repetitions. */
  readonly value: number;
  /** 95 % interval over the repetitions; null with one. */
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

export interface EntryOptions {
  readonly commit: string | null;
  readonly verdictOf: (system: string) => GateVerdict | null;
  /** For runs that tell no wall clock. */
  readonly now?: string;
}

/** One entry for each system of one side. */
export function historyEntries(
  { analysis, runs }: Omit<GateSide, "name">,
  { commit, verdictOf, now = new Date().toISOString() }: EntryOptions,
): HistoryEntry[] {
  return analysis.systems.map((system): HistoryEntry => {
    const own = runs.filter(({ runId }) => system.runs.some((run) => run.runId === runId));
    const begun = own.map(({ startedAt }) => startedAt).filter((time) => time !== "unknown");
    return {
      time: begun.sort().at(-1) ?? now,
      commit,
      stack: analysis.stack,
      system: system.name,
      fingerprint: environmentFingerprint(environmentOf(own)),
      metrics: Object.fromEntries(comparedMetrics.flatMap(({ key, of }) => valuesOf(system, key, of))),
      verdict: system.validity.verdict === "invalid" ? "invalid" : verdictOf(system.name),
    };
  });
}

function valuesOf(
  { stages }: SystemAnalysis,
  key: ComparedMetric,
  of: (metrics: StageMetrics) => { readonly value: number | null },
): [string, HistoryValue][] {
  const ran = stages.filter(({ repetitions }) => repetitions.length > 0);
  const perLoad = ran.map(({ repetitions }) => repetitions.map((metrics) => of(metrics).value));
  const least = Math.min(...perLoad.map((values) => values.length));
  const whole = Array.from({ length: Number.isFinite(least) ? least : 0 }, (_, i) =>
    perLoad.map((values) => values[i] ?? null),
  )
    .filter((values): values is number[] => values.every(isPositive))
    .map(geometricMean);
  return [
    ...entry(key, whole),
    ...ran.flatMap(({ load }, i) => entry(`${key}@${load}`, (perLoad[i] ?? []).filter(isPositive))),
  ];
}

function entry(name: string, values: readonly number[]): [string, HistoryValue][] {
  return values.length === 0 ? [] : [[name, meanInterval(values)]];
}

function isPositive(value: number | null): value is number {
  return value !== null && value > 0;
}
