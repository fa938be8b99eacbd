import type { EngineSettings, Fit } from "./engine.ts";
import { memoryFit } from "./fit.ts";
import type { LlmdSettings } from "./llmd.ts";
import type { RoleConfig } from "./llmdSchema.ts";
import { podSize } from "./podSize.ts";
import type { LlmdTarget } from "./scenario.ts";
import type { TargetSource } from "./targetSource.ts";

export type Role = "decode" | "prefill";

/** A role's keys with those that it inherits: prefill from decode, and both from `engine`. */
export interface RoleSource {
  readonly role: Role;
  /** The target as this role has it, for the checks of an engine; messages name the key that was written. */
  readonly source: TargetSource;
  readonly dataParallel: number;
  readonly nodes: number;
  readonly extraArgs: readonly string[];
  key(name: keyof RoleConfig): string;
}

export function roleSource(source: TargetSource, role: Role): RoleSource {
  const { engine, gpuCount, llmd } = source;
  const layers: readonly Role[] = role === "decode" ? ["decode"] : ["prefill", "decode"];
  const given = (name: keyof RoleConfig) => layers.find((layer) => llmd[layer]?.[name] !== undefined);
  const value = <Name extends keyof RoleConfig>(name: Name): RoleConfig[Name] => llmd[given(name) ?? role]?.[name];
  const key = (name: keyof RoleConfig): string => {
    const layer = given(name);
    if (layer !== undefined) return source.key("llmd", `${layer}.${name}`);
    const inherited = name !== "dataParallel" && name !== "nodes" && engine[name] !== undefined;
    if (inherited) return source.key("engine", name);
    return name === "tensorParallel" && gpuCount !== undefined ? source.key("gpuCount") : `llmd.${role}.${name}`;
  };
  const dataParallel = value("dataParallel") ?? 1;
  const nodes = value("nodes") ?? 1;
  const tensorParallel =
    value("tensorParallel") ?? engine.tensorParallel ?? Math.max(1, Math.floor((gpuCount ?? 1) / dataParallel));
  const size = podSize(source.simulated, Math.ceil((tensorParallel * dataParallel) / nodes));
  return {
    role,
    dataParallel,
    nodes,
    extraArgs: value("extraArgs") ?? [],
    key,
    source: {
      ...source,
      // Of one decode replica; the roles' own numbers are checked against it once.
      gpuCount: undefined,
      engine: {
        ...engine,
        tensorParallel,
        replicas: value("replicas") ?? engine.replicas,
        cpu: value("cpu") ?? engine.cpu ?? size.cpu,
        memory: value("memory") ?? engine.memory ?? size.memory,
      },
      key: (name, inner) =>
        name === "engine" &&
        (inner === "tensorParallel" || inner === "replicas" || inner === "cpu" || inner === "memory")
          ? key(inner)
          : source.key(name, inner),
    },
  };
}

/** vLLM's settings in the pods of one role, and how the model lies in their GPUs. Throws where the target has no such role. */
export function engineOfRole(
  { engine, gpu, llmd, model, name }: Pick<LlmdTarget, "engine" | "gpu" | "llmd" | "model" | "name">,
  role: Role,
): { readonly engine: EngineSettings; readonly fit: Fit } {
  const settings = (llmd as LlmdSettings)[role];
  if (settings === null) throw new Error(`target ${name} has no ${role} pods`);
  const { replicas, tensorParallel, dataParallel, cpu, memory, extraArgs } = settings;
  const own = { ...engine, replicas, tensorParallel, cpu, memory, extraArgs: [...engine.extraArgs, ...extraArgs] };
  return { engine: own, fit: memoryFit(gpu, model, own, dataParallel) };
}
