import { DEFAULT_IMAGE, type EngineSettings, engineDefaults } from "./engine.ts";
import { checkExtraArgs } from "./extraArgs.ts";
import type { Gpu } from "./gpus.ts";
import { splits } from "./modelSize.ts";
import type { Model } from "./models.ts";
import { podSize } from "./podSize.ts";
import type { TargetSource } from "./targetSource.ts";
import { UserError } from "./userError.ts";

/** No machine that the platforms offer has more GPUs, and tensor parallelism across machines is not supported here. */
export const GPUS_PER_NODE = 8;

/** Defaults filled in and settings checked against the GPU and the model; throws the first UserError. */
export function resolveEngine(
  source: TargetSource,
  gpu: Gpu,
  model: Model,
  file: string,
): { engine: EngineSettings; gpuCount: number } {
  const { image, version, ...given } = source.engine;
  const fail = (key: string, value: unknown, reason: string, allowed: string | null, next: string): never => {
    throw new UserError({ key, value, reason, allowed, file, next });
  };
  const key = (name: keyof EngineSettings | "version") => source.key("engine", name);

  if (image !== undefined && version !== undefined)
    fail(key("version"), version, `engine.image (${image}) has a version of its own`, null, "Remove one of the two.");
  if (image !== undefined && !/(:[^/]+|@sha256:[0-9a-f]{64})$/.test(image))
    fail(
      key("image"),
      image,
      "without a tag nobody knows what was measured",
      "name:tag or name@sha256:digest",
      "Add the tag.",
    );

  const defaults = engineDefaults(gpu, model);
  const tensorParallel = given.tensorParallel ?? source.gpuCount ?? 1;
  const gpuCount = source.gpuCount ?? tensorParallel;
  const engine: EngineSettings = {
    ...defaults,
    ...podSize(source.simulated, tensorParallel),
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as Partial<EngineSettings>),
    tensorParallel,
    image: image ?? (version ? `${DEFAULT_IMAGE}:${version}` : defaults.image),
  };
  const tpKey = given.tensorParallel === undefined ? source.key("gpuCount") : key("tensorParallel");

  if (gpu.mig && tensorParallel > 1)
    fail(
      tpKey,
      tensorParallel,
      `MIG slices (gpu ${gpu.name}) cannot talk to each other`,
      "1",
      `Set it to 1, or gpu to ${gpu.mig.parent}.`,
    );
  if (gpuCount !== tensorParallel)
    fail(
      source.key("gpuCount"),
      gpuCount,
      `one replica uses exactly engine.tensorParallel (${tensorParallel}) GPUs`,
      String(tensorParallel),
      "Remove gpuCount, or make the two equal; more engines are engine.replicas.",
    );
  if (tensorParallel > GPUS_PER_NODE)
    fail(
      tpKey,
      tensorParallel,
      "one machine has at most 8 GPUs",
      "1, 2, 4, 8",
      "Use fewer GPUs and more engine.replicas.",
    );
  const divisors = [1, 2, 4, 5, 8].filter((tp) => splits(model, tp));
  if (!splits(model, tensorParallel))
    fail(tpKey, tensorParallel, unevenness(model, tensorParallel), divisors.join(", "), "Choose one of these.");
  if (engine.maxModelLen > model.maxContext)
    fail(
      key("maxModelLen"),
      engine.maxModelLen,
      `the context of ${model.alias} ends before that`,
      `at most ${model.maxContext}`,
      "Lower it.",
    );
  if (engine.maxNumBatchedTokens < engine.maxNumSeqs)
    fail(
      key("maxNumBatchedTokens"),
      engine.maxNumBatchedTokens,
      "a step could not hold one token of each request",
      `at least engine.maxNumSeqs (${engine.maxNumSeqs})`,
      "Raise it, or lower engine.maxNumSeqs.",
    );
  if (model.precision === "fp8" && engine.dtype === "float16")
    fail(
      key("dtype"),
      engine.dtype,
      `the FP8 checkpoint of ${model.alias} is made for BF16 activations`,
      "auto, bfloat16",
      "Remove it.",
    );
  if (engine.loadFormat === "tensorizer" && engine.extraArgs.length > 0)
    fail(
      key("extraArgs"),
      engine.extraArgs,
      "tensorizer's copy of the model is made without them, and some (--quantization, --trust-remote-code) change its tensors",
      "none with engine.loadFormat tensorizer",
      "Remove them, or choose another engine.loadFormat.",
    );
  checkExtraArgs(engine.extraArgs, key("extraArgs"), engine.loadFormat, file);
  return { engine, gpuCount };
}

function unevenness({ alias, attentionHeads, kvHeads }: Model, tensorParallel: number): string {
  if (attentionHeads % tensorParallel !== 0) return `it must divide the ${attentionHeads} attention heads of ${alias}`;
  return `it must divide the ${kvHeads} KV heads of ${alias}, or be a multiple of them`;
}
