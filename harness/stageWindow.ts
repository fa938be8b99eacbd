import type { Deadlines, Stage } from "./plan.ts";

/** Times of a stage as performance.now(); see StageSummary. */
export interface StageWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly drainedMs: number;
}

const USUAL_DRAIN_MS = 30_000;

/**
 * How long the requests in flight at the end of a fixed-time stage may go on. They are let end, not cut off, because
 * cancelling them would keep just the long ones out of the figures; but no longer than the stage itself took, or
 * `deadlines.drainMs`: then they are `cancelled`. A stage of a fixed number of requests waits for all of them; their deadlines bound that.
 */
export function drainBoundMs(stop: Stage["stop"], { drainMs = USUAL_DRAIN_MS }: Pick<Deadlines, "drainMs">): number {
  return "seconds" in stop ? Math.max(drainMs, stop.seconds * 1000) : Number.POSITIVE_INFINITY;
}

/** A timer that longest waits do not break: setTimeout fires at once beyond 2^31 ms. */
export function after(ms: number, action: () => void): NodeJS.Timeout | null {
  return ms > 2 ** 31 - 1 ? null : setTimeout(action, ms);
}
