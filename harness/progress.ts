import type { Stage } from "./plan.ts";
import type { HarnessProgress } from "./recordFormat.ts";
import type { Tally } from "./tally.ts";

/** One part of a run: warm-up or a stage, not begun, under way or over. */
export interface Part {
  readonly stage: Stage;
  readonly tally: Tally;
  beganMs: number | null;
  ended: boolean;
}

/**
 * Seconds until all parts have ended; null as long as nothing says how long a request takes. Fixed-time parts are known;
 * the others are estimated from the mean time of the requests so far, at their own concurrency.
 */
export function etaSeconds(parts: readonly Part[], nowMs: number): number | null {
  const ended = parts.reduce((sum, part) => sum + part.tally.ended, 0);
  const busyMs = parts.reduce((sum, part) => sum + part.tally.busyMs, 0);
  let seconds = 0;
  for (const { stage, tally, beganMs, ended: over } of parts) {
    if (over) continue;
    const elapsed = beganMs === null ? 0 : (nowMs - beganMs) / 1000;
    if ("seconds" in stage.stop) seconds += Math.max(0, stage.stop.seconds - elapsed);
    else if (stage.load.type !== "concurrency") {
      seconds += Math.max(0, stage.stop.requests / stage.load.requestsPerSecond - elapsed);
    } else if (ended === 0) return null;
    else seconds += ((stage.stop.requests - tally.ended) * busyMs) / ended / 1000 / stage.load.concurrency;
  }
  return seconds;
}

/** One line for a reader: `stage 2/6 "c=4": 120 ok, 0 failed, 4 in flight, 12 s, about 30 s left`. */
export function progressLine(progress: HarnessProgress): string {
  if (progress.phase === "waiting") {
    return `waiting for the ${progress.name === "others" ? "others" : "engine"}, ${Math.round(progress.elapsedSeconds)} s: ${progress.note}`;
  }
  const where =
    progress.phase === "warmup" ? "warm-up" : `stage ${progress.stage}/${progress.stages} "${progress.name}"`;
  const what = progress.phase === "done" ? "done" : progress.phase === "draining" ? `${where}, draining` : where;
  const eta =
    progress.etaSeconds === null || progress.phase === "done" ? "" : `, about ${Math.ceil(progress.etaSeconds)} s left`;
  return `${what}: ${progress.ok} ok, ${progress.failed} failed, ${progress.inFlight} in flight, ${Math.round(progress.elapsedSeconds)} s${eta}`;
}
