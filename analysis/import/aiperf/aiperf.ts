import { join, relative } from "node:path";
import { type Outcome, outcomes } from "../../../harness/recordFormat.ts";
import type { StageMetrics } from "../../analysis.ts";
import type { RunStage, StageWindow } from "../../run.ts";
import { NothingLeft } from "../importError.ts";
import { textOf, valueAt } from "../json/looseJson.ts";
import type { NativeResults } from "../nativeResults.ts";
import { windowOfRows } from "../windowOfRows.ts";
import { aiperfFolders, type PointFiles } from "./aiperfFolders.ts";
import { aiperfReported, remarksOfReported } from "./aiperfReported.ts";
import { AiperfRows } from "./aiperfRows.ts";
import { type AiperfStage, aiperfStage } from "./aiperfStages.ts";

/**
 * Reads aiperf's folders, one for each load: `profile_export_aiperf.json` (its own figures) and `profile_export.jsonl`
 * (one line per request, read line by line). Layouts of 2025 (0.1 to 0.4) and of 2026 (0.8 to 0.13); in a sweep of 2026
 * every load has a folder of its own, and what it aggregates beside them is left aside.
 *
 * Without the lines there are only its own figures, without its figures only the lines.
 */
export async function importAiperf(native: string): Promise<NativeResults> {
  const points = await aiperfFolders(native);
  if (points.length === 0)
    throw new NothingLeft(join(native, "profile_export_aiperf.json"), "see aiperf's log", null, [
      "aiperf ended before it wrote its results",
    ]);
  const rows = new AiperfRows();
  const stages: AiperfStage[] = [];
  const problems: string[] = [];
  const without: number[] = [];
  for (const [index, point] of points.entries()) {
    stages.push(aiperfStage(point, points.length));
    problems.push(...gaps(native, point));
    if (point.rows === null) without.push(index);
    else await rows.read(point.rows, index);
  }
  const closed = new Set(stages.flatMap(({ plan }, index) => (plan.load.type === "concurrency" ? [index] : [])));
  const alone = points.map(({ summary }, index) =>
    without.includes(index) && summary !== null ? aiperfReported(summary, nothingSent, 0, true) : null,
  );
  // Loads before the first line: the lines' clock begins after them.
  const firstWith = points.findIndex((_, index) => !without.includes(index));
  const leadMs = alone.slice(0, Math.max(0, firstWith)).reduce((sum, one) => sum + lengthMs(one), 0);
  const startMs = leadMs > 0 ? Number.NaN : rows.zeroMs;
  const columns = rows.finish(closed, leadMs);
  let laidMs = 0;
  const found = stages.map(({ plan }, index): RunStage => {
    const window = windowOfRows(plan, columns, index, null);
    const { summary } = points[index]!;
    const own = alone[index] ?? null;
    const reported = own ?? (summary === null ? null : aiperfReported(summary, window, rows.gapsOf(index), false));
    const placed = own === null ? window : laid(window, own, laidMs);
    laidMs = Math.max(laidMs, placed.drainedMs);
    return { plan, summary: placed, reported };
  });
  const first = points.map(({ summary }) => summary).find((summary) => summary !== null);
  const noRows = columns.length === 0;
  return {
    harnessVersion: textOf(valueAt(first, "aiperf_version")),
    // `start_time` is local time without a zone; the lines have nanoseconds since 1970.
    startedAt: Math.abs(startMs) < 8e15 ? new Date(startMs).toISOString() : null,
    durationSeconds: laidMs / 1000,
    stages: found,
    requests: noRows ? null : columns,
    itl: rows.itl,
    errors: rows.errors,
    problems: [...problems, ...rows.problems],
    remarks: [...remarksOfReported, ...new Set(stages.flatMap(({ remarks }) => remarks)), ...rows.remarks],
  };
}

const nothingSent: Pick<StageWindow, "sent" | "outcomes"> = {
  sent: 0,
  outcomes: Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>,
};

const lengthMs = (reported: StageMetrics | null) => (reported?.windowSeconds ?? 0) * 1000;

/** A stage of which only aiperf's own figures are left: it lasted as long as it says, and loads follow each other. */
function laid(window: StageWindow, reported: StageMetrics, startMs: number): StageWindow {
  const { sent, outcomes } = reported;
  const endMs = startMs + lengthMs(reported);
  return { ...window, status: sent > 0 ? "complete" : "skipped", sent, outcomes, startMs, endMs, drainedMs: endMs };
}

function gaps(native: string, { folder, summary, rows }: PointFiles): string[] {
  const where = relative(native, folder) || "the results folder";
  const stopped = valueAt(summary, "was_cancelled") === true;
  return [
    ...(summary === null
      ? [`profile_export_aiperf.json is missing in ${where}: aiperf was killed before its end`]
      : []),
    ...(rows === null ? [`profile_export.jsonl is missing in ${where}: there are only aiperf's own figures`] : []),
    ...(stopped ? [`aiperf was cancelled (${where})`] : []),
  ];
}
