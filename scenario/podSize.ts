import type { EngineSettings } from "./engine.ts";

/**
 * Cores and memory of an engine's pod, by default: vLLM has a process for its API, one for its core and one for each
 * GPU, and each GPU's share of the weights passes through main memory. The simulated engine is one thread, mostly idle.
 */
export function podSize(simulated: boolean, gpus: number): Pick<EngineSettings, "cpu" | "memory"> {
  if (simulated) return { cpu: 0.25, memory: "512Mi" };
  return { cpu: 2 + 2 * gpus, memory: `${24 + 16 * gpus}Gi` };
}
