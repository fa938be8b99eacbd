import type { StageAnalysis } from "../analysis.ts";
import type { Bottleneck } from "./serverMetrics.ts";

export function bottleneckOf(_stages: readonly StageAnalysis[]): Bottleneck | null {
  return null;
}
