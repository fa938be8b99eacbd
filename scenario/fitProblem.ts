import type { EngineSettings } from "./engine.ts";
import { memoryFit } from "./fit.ts";
import type { Gpu } from "./gpus.ts";
import { splits } from "./modelSize.ts";
import type { Model } from "./models.ts";

/** Why a model does not fit, and what would: null when it does. */
export interface Misfit {
  /** Setting that is nearest to the cause. */
  readonly key: "gpu" | "engine.maxModelLen";
  readonly reason: string;
  readonly next: string;
}

const GiB = 2 ** 30;

/** How many copies, and the key to recommend for the width of each. */
export interface Copies {
  readonly dataParallel: number;
  readonly tensorParallelKey: string;
}
const one: Copies = { dataParallel: 1, tensorParallelKey: "engine.tensorParallel" };

/** `choices` are the GPUs to recommend from. */
export function misfit(
  gpu: Gpu,
  model: Model,
  engine: EngineSettings,
  choices: readonly Gpu[],
  copies = one,
): Misfit | null {
  const found = memoryFit(gpu, model, engine, copies.dataParallel);
  const used = found.weightBytes + found.activationBytes + found.cudaGraphBytes + found.runtimeBytes;
  if (found.kvBlocks === 0) {
    const short = (used - found.budgetBytes + found.kvBytesPerToken * engine.blockSize) / GiB;
    return {
      key: "gpu",
      reason:
        `${model.alias} needs ${gib(used)} on each GPU (weights ${gib(found.weightBytes)}, activations, CUDA graphs and buffers ` +
        `${gib(used - found.weightBytes)}) and gpuMemoryUtilization ${engine.gpuMemoryUtilization} leaves it ` +
        `${gib(found.budgetBytes)}: ${short.toFixed(1)} GiB short, before any KV cache`,
      next: advice(gpu, model, engine, choices, copies),
    };
  }
  if (found.kvTokens >= engine.maxModelLen) return null;
  return {
    key: "engine.maxModelLen",
    reason:
      `the KV cache holds ${found.kvTokens} tokens (${gib(found.kvCacheBytes)} on each GPU beside ${gib(used)} of weights and ` +
      `buffers), so not one request of that length fits`,
    next: `Set it to at most ${found.kvTokens}. ${advice(gpu, model, engine, choices, copies, "As given it fits with")}`.trim(),
  };
}

/** Up to three ways out, the least change first; the given setting is what the user asked for, so nothing here shortens it. */
function advice(
  gpu: Gpu,
  model: Model,
  engine: EngineSettings,
  choices: readonly Gpu[],
  { dataParallel, tensorParallelKey }: Copies,
  opening = "It fits with",
): string {
  const ways: string[] = [];
  const fits = (other: Gpu, changed: EngineSettings, tensorParallel = changed.tensorParallel) =>
    splits(model, tensorParallel) &&
    memoryFit(other, model, { ...changed, tensorParallel }, dataParallel).kvTokens >= changed.maxModelLen;
  if (engine.gpuMemoryUtilization < 0.95 && fits(gpu, { ...engine, gpuMemoryUtilization: 0.95 }))
    ways.push("engine.gpuMemoryUtilization 0.95");
  const wider = gpu.mig ? undefined : widths.find((tp) => tp > engine.tensorParallel && fits(gpu, engine, tp));
  if (wider) ways.push(`${tensorParallelKey} ${wider}`);
  const larger = choices
    .filter((other) => other.memoryGiB > gpu.memoryGiB && (other.mig === null || engine.tensorParallel === 1))
    .filter((other) => fits(other, engine))
    .sort((a, b) => Number(b.family === gpu.family) - Number(a.family === gpu.family) || a.memoryGiB - b.memoryGiB);
  if (larger.length > 0)
    ways.push(
      `gpu ${larger
        .slice(0, 2)
        .map(({ name }) => name)
        .join(" or ")}`,
    );
  if (ways.length === 0) {
    const whole = choices
      .filter(({ mig }) => mig === null)
      .sort((a, b) => Number(b.family === gpu.family) - Number(a.family === gpu.family));
    const pairs = whole.flatMap((other) => widths.map((tp) => ({ other, tp })));
    const pair = pairs.find(({ other, tp }) => fits(other, engine, tp));
    if (pair) ways.push(`gpu ${pair.other.name} and ${tensorParallelKey} ${pair.tp}`);
  }
  return ways.length > 0 ? `${opening} ${ways.join(", or ")}.` : "Choose a smaller or quantised model.";
}

const widths = [1, 2, 4, 8];

function gib(bytes: number): string {
  return `${(bytes / GiB).toFixed(1)} GiB`;
}
