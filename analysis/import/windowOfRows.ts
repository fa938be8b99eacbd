import type { Stage } from "../../harness/plan.ts";
import { type Outcome, outcomes } from "../../harness/recordFormat.ts";
import type { RequestColumns, StageWindow } from "../run.ts";

/**
 * What the rows tell of one stage, where its harness does not know our window: from the first intended send to the time
 * limit or, with a fixed count, to the last intended send (docs/metrics.md, Throughput).
 * @param measured ms from the run's start: the harness measured this window only; null: all of the stage
 */
export function windowOfRows(
  plan: Stage,
  columns: RequestColumns,
  index: number,
  measured: { readonly startMs: number; readonly endMs: number } | null,
): StageWindow {
  const counts = new Float64Array(outcomes.length);
  let startMs = Number.POSITIVE_INFINITY;
  let lastSendMs = 0;
  let drainedMs = 0;
  let sent = 0;
  for (let row = 0; row < columns.length; row++) {
    if (columns.stage[row] !== index) continue;
    const scheduled = columns.scheduledMs[row] as number;
    startMs = Math.min(startMs, scheduled);
    lastSendMs = Math.max(lastSendMs, scheduled);
    // Where a failure's end is not kept, it did not end before it was sent.
    const [sentMs, endMs] = [columns.sentMs[row] as number, columns.endMs[row] as number];
    drainedMs = Math.max(drainedMs, Number.isNaN(endMs) ? sentMs : endMs);
    (counts[columns.outcome[row] as number] as number)++;
    sent++;
  }
  const limitMs = "seconds" in plan.stop ? startMs + plan.stop.seconds * 1000 : lastSendMs;
  // Random arrivals may leave the end of their time empty, and that is part of it; a closed loop that ends early was ended.
  const closed = plan.load.type === "concurrency";
  const whole = { startMs, endMs: Math.max(startMs, closed ? Math.min(limitMs, drainedMs) : limitMs) };
  return {
    name: plan.name,
    status: sent === 0 ? "skipped" : "complete",
    ...(sent === 0 ? { startMs: 0, endMs: 0 } : (measured ?? whole)),
    drainedMs,
    sent,
    outcomes: Object.fromEntries(outcomes.map((name, i) => [name, counts[i]])) as Record<Outcome, number>,
    client: null,
    gapCv: null,
  };
}
