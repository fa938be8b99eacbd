import { gpuNames, gpusOf } from "./availability.ts";
import { findGpu, type Gpu, gpus } from "./gpus.ts";
import { paramGroups } from "./modelSize.ts";
import { findModel, type Model, models } from "./models.ts";
import { nearest } from "./nearest.ts";
import type { PlatformName } from "./scenario.ts";
import type { Config } from "./schema.ts";
import type { TargetSource } from "./targetSource.ts";
import { UserError } from "./userError.ts";

/** The model that a target names; throws UserError when the name is unknown, missing, or custom without modelSpec. */
export function resolveModel(source: TargetSource, config: Config, file: string): Model {
  const key = source.key("model");
  const names = models.map(({ alias }) => alias);
  const allowed = `${names.join(", ")}, their names on the hub, or custom with modelSpec`;
  if (source.model === undefined) {
    const reason = `a ${source.method} engine has to be told which model it serves`;
    throw new UserError({ key, value: undefined, reason, allowed, file, next: "Add model under config." });
  }
  if (source.model === "custom") {
    if (config.modelSpec) return customModel(config.modelSpec);
    const reason = "it needs modelSpec, which says what the model is made of";
    throw new UserError({
      key,
      value: "custom",
      reason,
      allowed: null,
      file,
      next: "Add modelSpec, or choose a known model.",
    });
  }
  const model = findModel(source.model);
  if (model) return model;
  const meant = nearest(source.model, [...names, ...models.map(({ name }) => name)]);
  const next = meant ? `Did you mean "${meant}"?` : "For another model set model: custom and describe it in modelSpec.";
  throw new UserError({ key, value: source.model, reason: "no such model is known", allowed, file, next });
}

/** The GPU that a target names; throws UserError when it is unknown, missing, or the platform has none for a deployed engine. */
export function resolveGpu(source: TargetSource, platform: PlatformName, file: string): Gpu {
  const key = source.key("gpu");
  const choices = source.simulated ? gpus : gpusOf(platform);
  const allowed = gpuNames(choices);
  if (source.gpu === undefined) {
    const reason = `a ${source.method} engine has to be told which GPU it runs on`;
    throw new UserError({ key, value: undefined, reason, allowed, file, next: "Add gpu under config." });
  }
  const gpu = findGpu(source.gpu);
  if (!gpu) {
    const meant = nearest(
      source.gpu,
      choices.map(({ name }) => name),
    );
    const next = meant ? `Did you mean "${meant}"?` : "Choose one of these.";
    throw new UserError({ key, value: source.gpu, reason: "no such GPU is known", allowed, file, next });
  }
  if (choices.includes(gpu)) return gpu;
  throw new UserError({
    key,
    value: gpu.name,
    allowed,
    file,
    reason: `platform ${platform} has no such GPU`,
    next: `Choose one of these, or another platform${platform === "gke" ? " (ocp has it)" : ""}.`,
  });
}

function customModel(spec: NonNullable<Config["modelSpec"]>): Model {
  const precision = spec.precision ?? "bf16";
  const model: Model = {
    ...spec,
    alias: "custom",
    activeParams: spec.activeParams ?? spec.totalParams,
    tiedEmbeddings: spec.tiedEmbeddings ?? false,
    gated: spec.gated ?? false,
    moe: spec.moe ?? null,
    precision,
    bf16Params: spec.totalParams,
  };
  if (precision === "bf16") return model;
  const { embedding, outputLayer } = paramGroups(model);
  return { ...model, bf16Params: spec.bf16Params ?? embedding + outputLayer };
}
