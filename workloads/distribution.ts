import type { Distribution } from "../harness/plan.ts";

/** Longest value a distribution can give. */
export function longest(distribution: Distribution): number {
  return distribution.type === "fixed" ? distribution.value : distribution.max;
}

/** Shortest value a distribution can give. */
export function shortest(distribution: Distribution): number {
  return distribution.type === "fixed" ? distribution.value : distribution.min;
}
