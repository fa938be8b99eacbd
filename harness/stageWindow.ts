import type { Stage } from "./plan.ts";

/** Times of a stage as performance.now(); see StageSummary. */
export interface StageWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly drainedMs: number;
}

const SHORTEST_DRAIN_MS = 30_000;

/**
 * How long the requests in flight at the end of a fixed-time stage may go on. They are let end, not cut off, because
 * cancelling them would keep just the long ones out of the figures; but no longer than the stage itself took, or 30 s:
 * then they are `cancelled`. A stage of a fixed number of requests waits for all of them; their deadlines bound that.
 */
export function drainBoundMs(stop: Stage["stop"]): number {
  return "seconds" in stop ? Math.max(SHORTEST_DRAIN_MS, stop.seconds * 1000) : Number.POSITIVE_INFINITY;
}

/** A timer that longest waits do not break: setTimeout fires at once beyond 2^31 ms. */
export function after(ms: number, action: () => void): NodeJS.Timeout | null {
  return ms > 2 ** 31 - 1 ? null : setTimeout(action, ms);
}
