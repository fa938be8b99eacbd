import { type ChangePoint, changePoints, type Detection, shippedDetection } from "./changePoints.ts";
import type { HistoryEntry, HistoryValue } from "./entry.ts";

/** What was measured by the same load on the same kind of machine, one point per entry. */
export interface Series {
  readonly stack: string;
  readonly system: string;
  readonly fingerprint: string;
  /** In the order of their time, whatever the order of the lines was. */
  readonly points: readonly SeriesPoint[];
  readonly leastPoints: number;
  /** Points that count: with a value, and not invalid. */
  readonly counted: number;
}

export interface SeriesPoint {
  readonly entry: HistoryEntry;
  /** null: the metric was not measured, or the entry is invalid. */
  readonly value: HistoryValue | null;
  /** Where a new level begins. */
  readonly change: ChangePoint | null;
}

/**
 * One series per stack, system and fingerprint: machines of a pool may alternate from night to night, and each is compared
 * with itself.
 */
export function seriesOf(
  entries: readonly HistoryEntry[],
  metric: string,
  detection: Detection = shippedDetection,
): Series[] {
  const groups = Map.groupBy(entries, ({ stack, system, fingerprint }) => JSON.stringify([stack, system, fingerprint]));
  return [...groups.values()].map((group): Series => {
    const { stack, system, fingerprint } = group[0] as HistoryEntry;
    const ordered = group.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
    const valued = ordered.map((entry) => ({ entry, value: measuredIn(entry, metric) }));
    const counted = valued.filter(({ value }) => value !== null);
    const found = changePoints(
      counted.map(({ value }) => (value as HistoryValue).value),
      detection,
    );
    const changes = new Map(found.map((change) => [counted[change.index]!.entry, change]));
    return {
      ...{ stack, system, fingerprint, leastPoints: detection.leastPoints, counted: counted.length },
      points: valued.map(({ entry, value }) => ({ entry, value, change: changes.get(entry) ?? null })),
    };
  });
}

function measuredIn({ metrics, verdict }: HistoryEntry, metric: string): HistoryValue | null {
  return verdict === "invalid" || !Object.hasOwn(metrics, metric) ? null : (metrics[metric] as HistoryValue);
}

/** Names of all metrics of these entries, those over all loads first. */
export function metricNames(entries: readonly HistoryEntry[]): string[] {
  const names = [...new Set(entries.flatMap(({ metrics }) => Object.keys(metrics)))];
  return [...names.filter((name) => !name.includes("@")), ...names.filter((name) => name.includes("@"))];
}
