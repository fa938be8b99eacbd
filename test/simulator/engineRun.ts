import type { Engine, EngineConfig } from "../../simulator/engine.ts";
import type { Sequence } from "../../simulator/sequence.ts";

/** Every step takes 1 + max(9, computeMsPerToken * tokens) ms, unless a test says otherwise. */
export const plainTiming = {
  stepOverheadMs: 1,
  denseWeightReadMs: 9,
  expertWeightReadMs: 0,
  expertShare: 0,
  computeMsPerToken: 0.1,
  kvReadMsPerToken: 0,
  attentionMsPerTokenPair: 0,
  requestOverheadMs: 0,
};

export const roomy: EngineConfig = {
  maxModelLen: 4096,
  maxNumSeqs: 64,
  maxNumBatchedTokens: 2048,
  blockSize: 16,
  numGpuBlocks: 1024,
  prefixCaching: false,
  timing: plainTiming,
  speed: 1,
};

export interface Watched {
  readonly sequence: Sequence;
  /** When each token came, in simulated ms. */
  readonly times: number[];
}

let nextPrompt = 0;

/** `count` token ids that no earlier call gave. */
export function freshPrompt(count: number): Int32Array {
  const first = ++nextPrompt * 10_000;
  return Int32Array.from({ length: count }, (_, i) => first + i);
}

export function submit(engine: Engine, atMs: number, prompt: number | Int32Array, outputTokens: number): Watched {
  const times: number[] = [];
  const sequence = engine.submit(
    {
      prompt: typeof prompt === "number" ? freshPrompt(prompt) : prompt,
      outputToken: (index) => 7_000_000 + index,
      outputTokens,
      finishReason: "length",
      maxTokens: outputTokens,
    },
    atMs,
    (_, timeMs) => times.push(Math.round(timeMs * 1e6) / 1e6),
  );
  return { sequence, times };
}

/** Lets everything that has been submitted end. */
export function drain(engine: Engine): void {
  for (let next = engine.nextEventMs(); next !== null; next = engine.nextEventMs()) engine.advanceTo(next);
}
