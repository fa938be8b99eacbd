import type { ComparisonRow, LoadType, Measured } from "../analysis.ts";

/** What targets that were loaded at the same time cost each other, and who got which share. */
export interface Interference {
  /** One per target and set of others that it was loaded with. */
  readonly systems: readonly InterferedSystem[];
  /** One per set of targets that were loaded at once. */
  readonly groups: readonly GroupShares[];
}

export interface InterferedSystem {
  /** Names of systems of the analysis: beside others, and alone; null: it was never loaded alone. */
  readonly system: string;
  readonly alone: string | null;
  readonly target: string;
  readonly loadedWith: readonly string[];
  /** Together over alone; over all loads that both have, then load by load. */
  readonly rows: readonly InterferenceRow[];
  /** Metrics that neither has, in sentences: they have no rows. */
  readonly leftOut: readonly string[];
  readonly stages: readonly InterferedStage[];
  /** What a reader may repeat. */
  readonly sentence: string;
}

export const interferenceVerdicts = {
  better: "faster",
  same: "no difference",
  worse: "slower",
  inconclusive: "not decided",
} as const;

/** As in a comparison, in words that suit one engine in two situations. */
export interface InterferenceRow extends Omit<ComparisonRow, "candidate" | "verdict"> {
  readonly verdict: (typeof interferenceVerdicts)[keyof typeof interferenceVerdicts];
}

export interface InterferedStage {
  readonly loadType: LoadType;
  readonly load: number;
  /** Share of this stage's window in which all others had the same load under way, 0..1; the smallest of the repetitions. */
  readonly overlap: Measured;
  /** Failure rates, 0..1: they may be 0, so there is no ratio of them. */
  readonly failuresAlone: Measured;
  readonly failuresTogether: Measured;
}

/** Of all that a group's targets answered while they were loaded at once: 0..1, all loads together. */
export interface GroupShares {
  readonly systems: readonly {
    readonly system: string;
    readonly requests: Measured;
    readonly outputTokens: Measured;
  }[];
}
