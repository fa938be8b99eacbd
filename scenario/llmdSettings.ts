import type { EngineSettings } from "./engine.ts";
import type { LlmdSettings } from "./llmd.ts";
import type { Config } from "./schema.ts";
import type { TargetSource } from "./targetSource.ts";

/** `llmd` of a target with its defaults, checked against the engine's settings; throws the first UserError. */
export function llmdSettings(
  _source: TargetSource,
  _config: Config,
  engine: EngineSettings,
  gpuCount: number,
  _file: string,
): LlmdSettings {
  return {
    gateway: "none",
    gatewayClass: null,
    router: "inferencepool",
    routing: "prefix-aware",
    plugins: null,
    endpointPicker: { cpu: 4, memory: "8Gi" },
    prefillThreshold: 16,
    decode: {
      replicas: engine.replicas,
      tensorParallel: engine.tensorParallel,
      dataParallel: 1,
      nodes: 1,
      gpusPerPod: gpuCount,
      cpu: engine.cpu,
      memory: engine.memory,
      extraArgs: [],
    },
    prefill: null,
    charts: null,
    simulator: null,
  };
}
