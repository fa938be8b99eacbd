import type { EngineSettings } from "./engine.ts";
import { type Copies, misfit } from "./fitProblem.ts";
import type { Gpu } from "./gpus.ts";
import type { Model } from "./models.ts";
import type { TargetSource } from "./targetSource.ts";
import { UserError } from "./userError.ts";

/** Refuses an engine whose GPUs cannot hold its model, or not one request of the length it is to take. */
export function checkFit(
  source: TargetSource,
  gpu: Gpu,
  model: Model,
  engine: EngineSettings,
  choices: readonly Gpu[],
  file: string,
  copies?: Copies,
): void {
  const problem = misfit(gpu, model, engine, choices, copies);
  if (problem === null) return;
  const key = problem.key === "gpu" ? source.key("gpu") : source.key("engine", "maxModelLen");
  const value = problem.key === "gpu" ? gpu.name : engine.maxModelLen;
  throw new UserError({ key, value, reason: problem.reason, allowed: null, file, next: problem.next });
}
