import type { Measured } from "../analysis.ts";

/** What one system's tokens cost. Definitions: docs/metrics.md. */
export interface CostAnalysis {
  readonly price: {
    readonly usdPerGpuHour: number;
    readonly source: string;
    /** ISO date of the source. */
    readonly asOf: string;
  } | null;
  /** All GPUs of the deployment; null: not known. */
  readonly gpus: number | null;
  /** All GPUs, and what else was named; the reason says why it is not computed. */
  readonly usdPerHour: Measured;
  /** In the order of the system's stages. */
  readonly stages: readonly StageCost[];
  /** The cheapest load that meets every objective. */
  readonly atSlo: { readonly load: number | null; readonly usdPerMillionGoodOutputTokens: Measured };
  /** At the load that the scenario names; null: it names none. */
  readonly atLoad: AtLoad | null;
  /** Whole replicas over load: the saw-tooth. Empty where the largest load within the objectives is not known. */
  readonly replicaCurve: readonly ReplicaCost[];
  /** What a reader must know: a price that is old, a simulated engine, what is not in it. */
  readonly notes: readonly string[];
}

export interface StageCost {
  readonly load: number;
  readonly usdPerMillionInputTokens: Measured;
  /** Prompt tokens that did not come from a cache. */
  readonly usdPerMillionUncachedInputTokens: Measured;
  readonly usdPerMillionOutputTokens: Measured;
  readonly usdPerMillionTokens: Measured;
  /** Output tokens of requests within the objectives. */
  readonly usdPerMillionGoodOutputTokens: Measured;
  readonly outputTokensPerUsd: Measured;
  /** With PUE; measured by the GPUs, never estimated. */
  readonly joulesPerOutputToken: Measured;
}

export interface AtLoad {
  readonly requestsPerSecond: number;
  readonly replicas: Measured;
  readonly usdPerHour: Measured;
  /** Of the tokens that this load asks for, which is what is paid for whatever the system could give. */
  readonly usdPerMillionOutputTokens: Measured;
}

export interface ReplicaCost {
  readonly requestsPerSecond: number;
  readonly replicas: number;
  readonly usdPerMillionOutputTokens: number;
}
