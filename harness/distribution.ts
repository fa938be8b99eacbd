import type { Distribution, OutputLength } from "./plan.ts";
import { type StreamKey, uniform } from "./random.ts";

/** Length number `i`: an integer, the same for the same key and i. Normal and lognormal are clipped to min..max. */
export function sampleLength(distribution: Distribution, key: StreamKey, i: number): number {
  switch (distribution.type) {
    case "fixed":
      return distribution.value;
    case "uniform":
      return distribution.min + Math.floor(uniform(key, i) * (distribution.max - distribution.min + 1));
    case "normal":
      return clip(distribution.mean + distribution.stdDev * standardNormal(key, i), distribution);
    case "lognormal":
      return clip(lognormal(distribution.mean, distribution.stdDev, key, i), distribution);
  }
}

/** The same for an answer, which may follow the length of its prompt. */
export function sampleOutput(length: OutputLength, key: StreamKey, i: number, inputTokens: number): number {
  if (length.type !== "relative") return sampleLength(length, key, i);
  return clip(inputTokens * lognormal(length.factorMean, length.factorStdDev, key, i), length);
}

/** mean and stdDev are those of the value itself, not of its logarithm. */
function lognormal(mean: number, stdDev: number, key: StreamKey, i: number): number {
  const variance = Math.log1p((stdDev / mean) ** 2);
  return Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * standardNormal(key, i));
}

/** Box-Muller; 1 - u keeps the logarithm finite. */
function standardNormal(key: StreamKey, i: number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform(key, i, 0))) * Math.cos(2 * Math.PI * uniform(key, i, 1));
}

function clip(value: number, bounds: { readonly min: number; readonly max: number }): number {
  return Math.min(bounds.max, Math.max(bounds.min, Math.round(value)));
}
