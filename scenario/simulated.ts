import type { LlmdTarget, SimulatedTarget, SimulatorSettings, Target } from "./scenario.ts";

/** An engine of ours, on data sheets: by itself, or as the pods of an llm-d. */
export type AnySimulatedTarget =
  | SimulatedTarget
  | (LlmdTarget & { readonly llmd: { readonly simulator: SimulatorSettings } });

/** No GPU takes part. What asks for the method alone takes an llm-d of simulated engines for a real one. */
export function isSimulated(target: Target): target is AnySimulatedTarget {
  return target.method === "simulated" || (target.method === "llm-d" && target.llmd.simulator !== null);
}

export function simulatorOf(target: AnySimulatedTarget): SimulatorSettings {
  return target.method === "simulated" ? target.simulator : target.llmd.simulator;
}
