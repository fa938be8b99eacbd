import type { StageAnalysis, StageMetrics, SystemAnalysis } from "../analysis.ts";
import { geometricMean } from "../statistics.ts";
import type { Metric } from "./comparedMetrics.ts";

/** What both systems were measured under: one entry of each per repetition, by its run. */
export interface MatchedLoad {
  readonly load: number;
  readonly mine: Repetitions;
  readonly theirs: Repetitions;
}

type Repetitions = ReadonlyMap<string, StageMetrics>;

/** Only equal loads of the same kind are compared: anything else compares the loads, not the systems. */
export function matchedLoads(candidate: SystemAnalysis, base: SystemAnalysis): MatchedLoad[] {
  const left = [...base.stages];
  return candidate.stages.flatMap((mine) => {
    const { loadType, load } = mine;
    const at = left.findIndex((stage) => stage.loadType === loadType && stage.load === load);
    if (at < 0) return [];
    const [match] = left.splice(at, 1);
    return [{ load, mine: byRun(mine), theirs: byRun(match!) }];
  });
}

function byRun({ repetitions, runIds }: StageAnalysis): Repetitions {
  return new Map(repetitions.map((metrics, i) => [runIds?.[i] ?? String(i), metrics]));
}

/** One value per repetition that has it. */
export interface Sides {
  readonly mine: readonly number[];
  readonly theirs: readonly number[];
}

export function sidesAt({ mine, theirs }: MatchedLoad, metric: Metric): Sides {
  return { mine: [...valuesOf(mine, metric).values()], theirs: [...valuesOf(theirs, metric).values()] };
}

/** Each repetition as its geometric mean over the loads at which both sides are known; without one of these it is left out. */
export function sidesOverall(loads: readonly MatchedLoad[], metric: Metric): Sides {
  const known = loads
    .map(({ mine, theirs }) => ({ mine: valuesOf(mine, metric), theirs: valuesOf(theirs, metric) }))
    .filter(({ mine, theirs }) => mine.size > 0 && theirs.size > 0);
  return {
    mine: acrossLoads(known.map(({ mine }) => mine)),
    theirs: acrossLoads(known.map(({ theirs }) => theirs)),
  };
}

/** Why a side has no value, in the words of the first repetition that lacks it. */
export function reasonUnknown({ mine, theirs }: MatchedLoad, metric: Metric): string {
  for (const metrics of [...mine.values(), ...theirs.values()]) {
    const measured = metric.of(metrics);
    if (measured.value === null) return measured.reason;
  }
  return "the stage did not run";
}

/** A rate of 0 has no logarithm: it is a system that did nothing, which the failure rate tells. */
function valuesOf(repetitions: Repetitions, metric: Metric): ReadonlyMap<string, number> {
  return new Map(
    [...repetitions].flatMap(([run, metrics]): [string, number][] => {
      const { value } = metric.of(metrics);
      return value !== null && value > 0 ? [[run, value]] : [];
    }),
  );
}

/** By run: a run that lacks one load must not lend its value at another to its neighbour. */
function acrossLoads(loads: readonly ReadonlyMap<string, number>[]): number[] {
  return [...(loads[0]?.keys() ?? [])].flatMap((run) => {
    const values = loads.flatMap((load) => load.get(run) ?? []);
    return values.length === loads.length ? [geometricMean(values)] : [];
  });
}
