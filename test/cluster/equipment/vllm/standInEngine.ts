import type { EngineSettings } from "../../../../scenario/engine.ts";
import { engineDefaults } from "../../../../scenario/engine.ts";
import { memoryFit } from "../../../../scenario/fit.ts";
import type { Gpu } from "../../../../scenario/gpus.ts";
import { findModel } from "../../../../scenario/models.ts";
import { simulatorConfig } from "../../../../scenario/roofline.ts";
import type { SimulatorConfig } from "../../../../simulator/config.ts";
import { type ServeArguments, UsageError } from "./serveArguments.ts";

/** The simulator's numbers for what `vllm serve` was asked for, on one kind of GPU. @throws UsageError */
export function standInConfig({ model: folder, flags }: ServeArguments, gpu: Gpu): SimulatorConfig {
  const name = flags.get("--served-model-name") ?? folder;
  const model = findModel(name);
  if (model === undefined) throw new UsageError(`the stand-in's catalogue has no model "${name}"`);
  const defaults = engineDefaults(gpu, model);
  const engine: EngineSettings = {
    ...defaults,
    tensorParallel: whole(flags, "--tensor-parallel-size", 1),
    maxModelLen: whole(flags, "--max-model-len", model.maxContext),
    maxNumSeqs: whole(flags, "--max-num-seqs", defaults.maxNumSeqs),
    maxNumBatchedTokens: whole(flags, "--max-num-batched-tokens", defaults.maxNumBatchedTokens),
    blockSize: whole(flags, "--block-size", defaults.blockSize),
    gpuMemoryUtilization: share(flags, "--gpu-memory-utilization", defaults.gpuMemoryUtilization),
    kvCacheDtype: choice(flags, "--kv-cache-dtype", ["auto", "fp8"]),
    dtype: choice(flags, "--dtype", ["auto", "bfloat16", "float16"]),
    prefixCaching: !flags.has("--no-enable-prefix-caching"),
  };
  const target = {
    method: "simulated",
    name: "stand-in",
    gpu,
    gpuCount: engine.tensorParallel,
    model,
    engine,
    fit: memoryFit(gpu, model, engine),
    price: null,
    simulator: { speed: 1, slowdown: 1, faults: [] },
  } as unknown as Parameters<typeof simulatorConfig>[0];
  const port = whole(flags, "--port", 8000);
  return {
    ...simulatorConfig(target, { seed: whole(flags, "--seed", 0), port }),
    host: flags.get("--host") ?? "0.0.0.0",
  };
}

function whole(flags: ServeArguments["flags"], flag: string, otherwise: number): number {
  const value = flags.get(flag);
  if (value === undefined) return otherwise;
  if (!/^\d+$/.test(value)) throw new UsageError(`argument ${flag}: invalid int value: '${value}'`);
  return Number(value);
}

function share(flags: ServeArguments["flags"], flag: string, otherwise: number): number {
  const value = flags.get(flag);
  if (value === undefined) return otherwise;
  if (!(Number(value) > 0 && Number(value) <= 1))
    throw new UsageError(`argument ${flag}: invalid float value: '${value}'`);
  return Number(value);
}

function choice<Choice extends string>(
  flags: ServeArguments["flags"],
  flag: string,
  choices: readonly Choice[],
): Choice {
  const value = flags.get(flag) ?? choices[0];
  const found = choices.find((one) => one === value);
  if (found !== undefined) return found;
  const list = choices.map((one) => `'${one}'`).join(", ");
  throw new UsageError(`argument ${flag}: invalid choice: '${value}' (choose from ${list})`);
}
