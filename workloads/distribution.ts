import type { OutputLength } from "../harness/plan.ts";

/** Longest value a distribution can give. */
export function longest(distribution: OutputLength): number {
  return distribution.type === "fixed" ? distribution.value : distribution.max;
}
