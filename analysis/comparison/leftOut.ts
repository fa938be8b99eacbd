import type { Metric } from "./comparedMetrics.ts";

/** A metric that neither system has, at one load or (null) at all of them. */
export interface Absence {
  readonly metric: Metric;
  readonly load: number | null;
  readonly reason: string;
}

/** What was not compared, one sentence per cause, instead of rows of dashes. It names the candidate where it is not so of all. */
export function leftOutNotes(
  pairs: readonly { readonly candidate: string; readonly absences: readonly Absence[] }[],
): string[] {
  const notes = new Map<string, string[]>();
  for (const { candidate, absences } of pairs)
    for (const note of notesOf(absences)) notes.set(note, [...(notes.get(note) ?? []), candidate]);
  return [...notes].map(([note, candidates]) =>
    candidates.length === pairs.length ? note : `${candidates.join(", ")}: ${note}`,
  );
}

/** An absence at all loads stands for those at each. */
function notesOf(absences: readonly Absence[]): string[] {
  const everywhere = new Set(absences.filter(({ load }) => load === null).map(({ metric }) => metric.key));
  const byCause = new Map<string, Map<string, number[]>>();
  for (const { metric, load, reason } of absences) {
    if (load !== null && everywhere.has(metric.key)) continue;
    const metrics = byCause.get(cause(reason)) ?? new Map<string, number[]>();
    byCause.set(cause(reason), metrics);
    metrics.set(metric.label, [...(metrics.get(metric.label) ?? []), ...(load === null ? [] : [load])]);
  }
  return [...byCause].map(([why, metrics]) => {
    const names = [...metrics].map(([label, loads]) =>
      loads.length === 0 ? label : `${label} at ${loads.length === 1 ? "load" : "loads"} ${loads.join(", ")}`,
    );
    return `not compared, since neither side has it: ${names.join("; ")} (${why})`;
  });
}

/** Samples differ from load to load; what they fall short of does not. */
function cause(reason: string): string {
  const floor = /^n = \d+, (p\d+) needs (\d+)$/.exec(reason);
  return floor === null
    ? reason
    : `each repetition alone has fewer than the ${floor[2]} samples that ${floor[1]} needs`;
}
