import type { EngineSettings, Fit } from "./engine.ts";
import { fit } from "./fit.ts";
import type { Gpu } from "./gpus.ts";
import type { Model } from "./models.ts";

/** Why a model does not fit, and what would: null when it does. */
export interface Misfit {
  /** Setting that is nearest to the cause. */
  readonly key: "gpu" | "engine.maxModelLen";
  readonly reason: string;
  readonly next: string;
}

const GiB = 2 ** 30;

/** `choices` are the GPUs to recommend from. */
export function misfit(gpu: Gpu, model: Model, engine: EngineSettings, choices: readonly Gpu[]): Misfit | null {
  const found = fit(gpu, model, engine);
  const used = found.weightBytes + found.activationBytes + found.cudaGraphBytes + found.runtimeBytes;
  if (found.kvBlocks === 0) {
    const short = (used - found.budgetBytes + found.kvBytesPerToken * engine.blockSize) / GiB;
    return {
      key: "gpu",
      reason:
        `${model.alias} needs ${gib(used)} on each GPU (weights ${gib(found.weightBytes)}, activations, CUDA graphs and buffers ` +
        `${gib(used - found.weightBytes)}) and gpuMemoryUtilization ${engine.gpuMemoryUtilization} leaves it ` +
        `${gib(found.budgetBytes)}: ${short.toFixed(1)} GiB short, before any KV cache`,
      next: advice(gpu, model, engine, choices),
    };
  }
  if (found.kvTokens >= engine.maxModelLen) return null;
  return {
    key: "engine.maxModelLen",
    reason:
      `the KV cache holds ${found.kvTokens} tokens (${gib(found.kvCacheBytes)} on each GPU beside ${gib(used)} of weights and ` +
      `buffers), so not one request of that length fits`,
    next: `Set engine.maxModelLen to at most ${found.kvTokens}, or: ${advice(gpu, model, engine, choices)}`,
  };
}

function advice(gpu: Gpu, model: Model, engine: EngineSettings, choices: readonly Gpu[]): string {
  const wider = gpu.mig ? null : [2, 4, 8].find((tp) => tp > engine.tensorParallel && fits(gpu, model, engine, tp));
  const larger = choices
    .filter((other) => other.memoryGiB > gpu.memoryGiB && (other.mig === null || engine.tensorParallel === 1))
    .filter((other) => fits(other, model, engine, engine.tensorParallel))
    .sort((a, b) => a.memoryGiB - b.memoryGiB)
    .slice(0, 3);
  const ways = [
    ...(wider ? [`engine.tensorParallel ${wider}`] : []),
    ...(larger.length > 0 ? [`gpu ${larger.map(({ name }) => name).join(" or ")}`] : []),
  ];
  return ways.length > 0 ? `It fits with ${ways.join(", or ")}.` : "Choose a smaller or quantised model.";
}

function fits(gpu: Gpu, model: Model, engine: EngineSettings, tensorParallel: number): boolean {
  if (model.attentionHeads % tensorParallel !== 0) return false;
  const found: Fit = fit(gpu, model, { ...engine, tensorParallel });
  return found.kvTokens >= engine.maxModelLen;
}

function gib(bytes: number): string {
  return `${(bytes / GiB).toFixed(1)} GiB`;
}
