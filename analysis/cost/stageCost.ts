import type { Measured, StageAnalysis } from "../analysis.ts";
import type { SloAssessment } from "../slo/sloAssessment.ts";
import type { StageCost } from "./costAnalysis.ts";

export const NO_OBJECTIVE = "no objective is set; set slo in the stack file";

export interface StageCostArgs {
  readonly stage: StageAnalysis;
  readonly index: number;
  readonly usdPerHour: Measured;
  readonly slo: SloAssessment | null;
  readonly pue: number;
}

/** Money per hour over tokens per hour: at this load, whatever the system could have given at another. */
export function stageCost({ stage, index, usdPerHour, slo, pue }: StageCostArgs): StageCost {
  const { pooled } = stage;
  const per = (rate: Measured) => usdPerMillion(usdPerHour, rate);
  const input = pooled.inputTokensPerSecond;
  const good = slo?.stages[index]?.goodOutputTokensPerSecond ?? { value: null, reason: NO_OBJECTIVE };
  return {
    load: stage.load,
    usdPerMillionInputTokens: per(input),
    usdPerMillionUncachedInputTokens: per(product(input, pooled.cachedShare, (tokens, share) => tokens * (1 - share))),
    usdPerMillionOutputTokens: per(pooled.outputTokensPerSecond),
    usdPerMillionTokens: per(pooled.totalTokensPerSecond),
    usdPerMillionGoodOutputTokens: per(good),
    outputTokensPerUsd: product(pooled.outputTokensPerSecond, usdPerHour, (tokens, usd) => (tokens * 3600) / usd),
    joulesPerOutputToken: joules(stage, pue),
  };
}

export function usdPerMillion(usdPerHour: Measured, tokensPerSecond: Measured): Measured {
  return product(usdPerHour, tokensPerSecond, (usd, tokens) => (usd * 1e6) / (tokens * 3600));
}

/** Both counters are of the same window and the same pods; the generator's tokens might be of another repetition's. */
function joules({ server, pooled, repetitions }: StageAnalysis, pue: number): Measured {
  if (server === null) return { value: null, reason: "no energy was recorded" };
  if (server.gpu === null) return { value: null, reason: "the GPUs' energy was not recorded" };
  const counted = product(pooled.outputTokensPerSecond, seconds(pooled.windowSeconds), (rate, time) => rate * time);
  const tokens = server.outputTokens.value !== null || repetitions.length > 1 ? server.outputTokens : counted;
  return product(server.gpu.energyJoules, tokens, (energy, amount) => (energy * pue) / amount);
}

function seconds(value: number | null): Measured {
  return value === null ? { value, reason: "the harness told no window" } : { value };
}

/** null as soon as one of the two is; a division by nothing is no number either. */
export function product(a: Measured, b: Measured, of: (a: number, b: number) => number): Measured {
  if (a.value === null) return a;
  if (b.value === null) return b;
  const value = of(a.value, b.value);
  return Number.isFinite(value) ? { value } : { value: null, reason: "there is nothing to divide by: it is 0" };
}
