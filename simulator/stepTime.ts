import type { StepTiming } from "./config.ts";

/** What one engine step computes. */
export interface StepLoad {
  /** Tokens scheduled, prompt and output together. */
  readonly tokens: number;
  /** Context that the scheduled sequences read: per sequence, its computed tokens after this step. */
  readonly contextTokens: number;
  /** Causal (query, context) pairs of prefill chunks: n tokens after c computed ones give n*c + n*(n+1)/2. */
  readonly prefillPairs: number;
}

/** Duration of a step in ms of simulated time; the formula stands in config.ts. */
export function stepTimeMs(timing: StepTiming, load: StepLoad): number {
  const touchedExperts = 1 - (1 - timing.expertShare) ** load.tokens;
  const weightReadMs = timing.denseWeightReadMs + timing.expertWeightReadMs * touchedExperts;
  return (
    timing.stepOverheadMs +
    Math.max(weightReadMs, timing.computeMsPerToken * load.tokens) +
    timing.kvReadMsPerToken * load.contextTokens +
    timing.attentionMsPerTokenPair * load.prefillPairs
  );
}
