import { type Outcome, outcomes } from "../../../harness/recordFormat.ts";
import type { StageMetrics } from "../../analysis.ts";
import type { RequestColumns, StageWindow } from "../../run.ts";
import { type JsonObject, numberOf, valueAt } from "../json/looseJson.ts";
import { windowOfRows } from "../windowOfRows.ts";
import type { FoundStage } from "./inferencePerfStages.ts";

/**
 * The stage's window by its rows: from the first send to the last, since no file tells when the stage itself began. An open loop too is a
 * fixed count of int(rate * duration): gaps are scaled so that the last send falls on the time limit (loadgen/load_timer.py), so
 * that `duration` from the first send on would run past it by the unknown wait before the first one.
 */
export function stageWindow({ plan, planned }: FoundStage, rows: RequestColumns, index: number): StageWindow {
  const sends = rows.sentMs.filter((_, row) => rows.stage[row] === index).sort();
  const first = sends[0] ?? 0;
  const bySends = sends.length === 0 ? null : { startMs: first, endMs: sends.at(-1) ?? first };
  const window = windowOfRows({ ...plan, stop: { requests: sends.length } }, rows, index, bySends);
  const short = planned >= 0 && sends.length > 0 && sends.length < planned;
  const gapCv = plan.load.type === "concurrency" ? null : variation(sends);
  return { ...window, status: short ? "partial" : window.status, gapCv };
}

/** Coefficient of variation of the gaps between sends; null below three requests. */
function variation(sends: Float64Array): number | null {
  const n = sends.length - 1;
  if (n < 2) return null;
  const mean = ((sends[n] as number) - (sends[0] as number)) / n;
  let squares = 0;
  for (let i = 1; i <= n; i++) squares += ((sends[i] as number) - (sends[i - 1] as number) - mean) ** 2;
  return mean > 0 ? Math.sqrt(squares / n) / mean : null;
}

export function windowWithoutRows(
  name: string,
  report: JsonObject | null,
  reported: StageMetrics | null,
  startMs: number,
  seconds: number,
): StageWindow {
  const none = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const sendSeconds = numberOf(valueAt(report, "load_summary", "send_duration"));
  const drainedMs = startMs + seconds * 1000;
  const sent = reported?.sent ?? 0;
  return {
    name,
    status: sent === 0 ? "skipped" : "complete",
    startMs,
    endMs: sendSeconds >= 0 ? Math.min(drainedMs, startMs + sendSeconds * 1000) : drainedMs,
    drainedMs,
    sent,
    outcomes: reported?.outcomes ?? none,
    client: null,
    gapCv: null,
  };
}
