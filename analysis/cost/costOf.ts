import type { CostCriteria } from "../../scenario/criteria.ts";
import type { Measured, StageAnalysis } from "../analysis.ts";
import type { Run } from "../run.ts";
import type { SloAssessment } from "../slo/sloAssessment.ts";
import type { CostAnalysis } from "./costAnalysis.ts";

export interface CostArgs {
  readonly runs: readonly Run[];
  readonly stages: readonly StageAnalysis[];
  readonly slo: SloAssessment | null;
  readonly criteria: CostCriteria;
}

export function costOf({ stages }: CostArgs): CostAnalysis {
  const none: Measured = { value: null, reason: "no price is known: set `prices`" };
  return {
    price: null,
    gpus: null,
    usdPerHour: none,
    stages: stages.map(({ load }) => ({
      load,
      usdPerMillionInputTokens: none,
      usdPerMillionUncachedInputTokens: none,
      usdPerMillionOutputTokens: none,
      usdPerMillionTokens: none,
      usdPerMillionGoodOutputTokens: none,
      outputTokensPerUsd: none,
      joulesPerOutputToken: none,
    })),
    atSlo: { load: null, usdPerMillionGoodOutputTokens: none },
    atLoad: null,
    replicaCurve: [],
    notes: [],
  };
}
