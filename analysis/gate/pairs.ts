import type { StageAnalysis, SystemAnalysis } from "../analysis.ts";

/** The same system on both sides; null where a side lacks it. */
export interface SystemPair {
  readonly name: string;
  readonly base: SystemAnalysis | null;
  readonly mine: SystemAnalysis | null;
}

/** By name; where each side has one system they are meant, whatever they are called: a baseline may have had another name. */
export function pairSystems(baseline: readonly SystemAnalysis[], candidate: readonly SystemAnalysis[]): SystemPair[] {
  if (baseline.length === 1 && candidate.length === 1)
    return [{ name: candidate[0]!.name, base: baseline[0]!, mine: candidate[0]! }];
  const names = new Set([...candidate, ...baseline].map(({ name }) => name));
  const find = (systems: readonly SystemAnalysis[], name: string) =>
    systems.find((system) => system.name === name) ?? null;
  return [...names].map((name) => ({ name, base: find(baseline, name), mine: find(candidate, name) }));
}

export interface StagePair {
  /** null: the baseline did not have this load. */
  readonly base: StageAnalysis | null;
  readonly mine: StageAnalysis;
  /** Indexes among the stages of their systems, as `SloAssessment.stages` counts them. */
  readonly baseIndex: number;
  readonly index: number;
}

/** Stages of the new side, each with the baseline's of the same kind of load and the same value, each of which is used once. */
export function pairStages(base: SystemAnalysis, mine: SystemAnalysis): StagePair[] {
  const used = new Set<number>();
  return mine.stages.map((stage, index) => {
    const baseIndex = base.stages.findIndex(
      ({ loadType, load }, i) => !used.has(i) && loadType === stage.loadType && load === stage.load,
    );
    if (baseIndex >= 0) used.add(baseIndex);
    return { base: base.stages[baseIndex] ?? null, mine: stage, baseIndex, index };
  });
}
