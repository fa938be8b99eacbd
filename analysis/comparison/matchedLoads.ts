import type { StageMetrics, SystemAnalysis } from "../analysis.ts";
import { geometricMean } from "../statistics.ts";
import type { Metric } from "./comparedMetrics.ts";

/** What both systems were measured under: one entry of each list per repetition. */
export interface MatchedLoad {
  readonly load: number;
  readonly mine: readonly StageMetrics[];
  readonly theirs: readonly StageMetrics[];
}

/** Only equal loads of the same kind are compared: anything else compares the loads, not the systems. */
export function matchedLoads(candidate: SystemAnalysis, base: SystemAnalysis): MatchedLoad[] {
  const left = [...base.stages];
  return candidate.stages.flatMap(({ loadType, load, repetitions }) => {
    const at = left.findIndex((stage) => stage.loadType === loadType && stage.load === load);
    if (at < 0) return [];
    const [match] = left.splice(at, 1);
    return [{ load, mine: repetitions, theirs: match!.repetitions }];
  });
}

/** One value per repetition that has it. */
export interface Sides {
  readonly mine: readonly number[];
  readonly theirs: readonly number[];
}

export function sidesAt({ mine, theirs }: MatchedLoad, metric: Metric): Sides {
  return { mine: valuesOf(mine, metric).filter(isNumber), theirs: valuesOf(theirs, metric).filter(isNumber) };
}

/** Each repetition as its geometric mean over the loads at which both sides are known; without one of these it is left out. */
export function sidesOverall(loads: readonly MatchedLoad[], metric: Metric): Sides {
  const known = loads
    .map(({ mine, theirs }) => ({ mine: valuesOf(mine, metric), theirs: valuesOf(theirs, metric) }))
    .filter(({ mine, theirs }) => mine.some(isNumber) && theirs.some(isNumber));
  return {
    mine: acrossLoads(known.map(({ mine }) => mine)),
    theirs: acrossLoads(known.map(({ theirs }) => theirs)),
  };
}

/** Why a side has no value, in the words of the first repetition that lacks it. */
export function reasonUnknown({ mine, theirs }: MatchedLoad, metric: Metric): string {
  for (const metrics of [...mine, ...theirs]) {
    const measured = metric.of(metrics);
    if (measured.value === null) return measured.reason;
  }
  return "the stage did not run";
}

function valuesOf(repetitions: readonly StageMetrics[], metric: Metric): (number | null)[] {
  // A rate of 0 has no logarithm: it is a system that did nothing, which the failure rate tells.
  return repetitions
    .map((metrics) => metric.of(metrics).value)
    .map((value) => (value !== null && value > 0 ? value : null));
}

function acrossLoads(loads: readonly (readonly (number | null)[])[]): number[] {
  const repetitions = Math.min(...loads.map((values) => values.length));
  if (!Number.isFinite(repetitions)) return [];
  return Array.from({ length: repetitions }, (_, i) => loads.map((values) => values[i] ?? null))
    .filter((values): values is number[] => values.every(isNumber))
    .map(geometricMean);
}

function isNumber(value: number | null): value is number {
  return value !== null;
}
