import type { Measured, StageAnalysis, StageMetrics } from "../analysis.ts";
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

/** Energy and tokens between the same two pages: from before the first request until after the last answer. */
function joules({ server, pooled, repetitions }: StageAnalysis, pue: number): Measured {
  if (server === null) return { value: null, reason: "no energy was recorded" };
  if (server.gpu === null) return { value: null, reason: "the GPUs' energy was not recorded" };
  const tokens = server.outputTokens.value === null ? answered(pooled, repetitions.length) : server.outputTokens;
  return product(server.gpu.energyJoules, tokens, (energy, amount) => (energy * pue) / amount);
}

/**
 * All tokens of all answers, where the engine was not asked and an exporter was. Throughput's would be of the window, which
 * ends before the last answer; those of failed and cancelled requests took energy, and nobody knows how many there were.
 */
function answered({ sent, outcomes, outputTokens: { n, mean } }: StageMetrics, repetitions: number): Measured {
  const none = (reason: string): Measured => ({ value: null, reason });
  if (repetitions !== 1)
    return none("the engine's tokens were not recorded, and its energy may be of some repetitions");
  if (outcomes.ok !== sent || n !== sent)
    return none("the engine's tokens were not recorded, and not every request was answered");
  return product({ value: sent }, mean, (count, each) => count * each);
}

/** null as soon as one of the two is; a division by nothing is no number either. */
export function product(a: Measured, b: Measured, of: (a: number, b: number) => number): Measured {
  if (a.value === null) return a;
  if (b.value === null) return b;
  const value = of(a.value, b.value);
  return Number.isFinite(value) ? { value } : { value: null, reason: "there is nothing to divide by: it is 0" };
}
