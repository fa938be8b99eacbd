import type { Fit } from "../scenario/engine.ts";
import type { Gpu } from "../scenario/gpus.ts";

/** How a model lies in the memory of each of `gpus` GPUs. */
export function fitText(fit: Fit, gpu: Gpu, gpus: number): string {
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const tokens = Math.round(fit.kvTokens / 1000);
  return `fits${gpus > 1 ? `, on each of ${gpus}` : ""}: ${gib(fit.weightBytes)} of weights + ${gib(fit.kvCacheBytes)} of KV cache (${tokens}k tokens) in ${gpu.memoryGiB.toFixed(1)} GiB`;
}
