import { join, relative } from "node:path";
import { aiperfFolders, type PointFiles } from "./aiperfFolders.ts";
import { aiperfReported, remarksOfReported } from "./aiperfReported.ts";
import { AiperfRows } from "./aiperfRows.ts";
import { type AiperfStage, aiperfStage } from "./aiperfStages.ts";
import { NothingLeft } from "./importError.ts";
import { numberOf, textOf, valueAt } from "./looseJson.ts";
import type { NativeResults } from "./nativeResults.ts";
import { windowOfRows } from "./windowOfRows.ts";

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
  const zeroMs = rows.zeroMs;
  const columns = rows.finish(closed);
  const windows = stages.map(({ plan }, index) => windowOfRows(plan, columns, index, null));
  const first = points.map(({ summary }) => summary).find((summary) => summary !== null);
  const told = points.map(({ summary }) => numberOf(valueAt(summary, "benchmark_duration", "avg")));
  const noRows = columns.length === 0;
  return {
    harnessVersion: textOf(valueAt(first, "aiperf_version")),
    // `start_time` is local time without a zone; the lines have nanoseconds since 1970.
    startedAt: Math.abs(zeroMs) < 8e15 ? new Date(zeroMs).toISOString() : null,
    durationSeconds: noRows
      ? told.reduce((sum, seconds) => sum + (seconds > 0 ? seconds : 0), 0)
      : columns.endMs.reduce((last, ms) => (ms > last ? ms : last), 0) / 1000,
    stages: stages.map(({ plan }, index) => {
      const { summary } = points[index]!;
      const window = windows[index]!;
      const reported =
        summary === null ? null : aiperfReported(summary, window, rows.gapsOf(index), without.includes(index));
      return {
        plan,
        summary: reported !== null && without.includes(index) ? { ...window, ...countsOf(reported) } : window,
        reported,
      };
    }),
    requests: noRows ? null : columns,
    itl: rows.itl,
    errors: rows.errors,
    problems: [...problems, ...rows.problems],
    remarks: [...remarksOfReported, ...new Set(stages.flatMap(({ remarks }) => remarks)), ...rows.remarks],
  };
}

/** A stage of which only aiperf's own figures are left: it lasted as long as it says, from an unknown moment on. */
function countsOf({ sent, outcomes, windowSeconds }: NonNullable<ReturnType<typeof aiperfReported>>) {
  return {
    status: sent > 0 ? ("complete" as const) : ("skipped" as const),
    sent,
    outcomes,
    endMs: (windowSeconds ?? 0) * 1000,
  };
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
