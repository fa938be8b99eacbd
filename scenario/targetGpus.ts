import { llmdGpus } from "./llmd.ts";
import type { ExistingTarget, Target } from "./scenario.ts";

/** What is added to serve more, as a whole: its GPUs (or slices), and how many of it there are. */
export interface ScaleUnit {
  readonly gpus: number;
  readonly count: number;
}

/**
 * A replica; with prefill pods all of the llm-d, since what was measured is that number of prefill for that number of decode
 * pods. null: not known, of a target as it was recorded.
 */
export function scaleUnit(target: Target): ScaleUnit | null {
  if (target.method === "llm-d" && target.llmd) {
    const { decode, prefill } = target.llmd;
    if (prefill) return { gpus: llmdGpus(target.llmd), count: 1 };
    return { gpus: decode.nodes * decode.gpusPerPod, count: decode.replicas };
  }
  if (target.gpuCount == null) return null;
  // What stands behind the URL of an existing engine is declared by gpuCount alone.
  return { gpus: target.gpuCount, count: target.method === "existing" ? 1 : (target.engine?.replicas ?? 1) };
}

/** GPUs (or slices) that all pods of a target hold together. */
export function targetGpus(target: Exclude<Target, ExistingTarget>): number {
  const unit = scaleUnit(target);
  return unit === null ? 0 : unit.gpus * unit.count;
}
