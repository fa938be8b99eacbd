import { csvLine } from "../write/csvLine.ts";
import type { HistoryEntry } from "./entry.ts";
import { metricNames } from "./series.ts";

export interface OtavaCsv {
  readonly text: string;
  /** Metrics that some line lacks: Otava stops at an empty cell, and a 0 in it would be a change point. */
  readonly leftOut: readonly string[];
}

/** Time, attributes, metrics: what Apache Otava (formerly Hunter) reads. @param entries of one series, for a file is one */
export function otavaCsv(entries: readonly HistoryEntry[]): OtavaCsv {
  const names = metricNames(entries);
  const whole = names.filter((name) => entries.every(({ metrics }) => Object.hasOwn(metrics, name)));
  const lines = entries.map(({ time, commit, stack, system, fingerprint, metrics }) =>
    csvLine([time, commit, stack, system, fingerprint, ...whole.map((name) => metrics[name]?.value ?? null)]),
  );
  const head = csvLine(["time", "commit", "stack", "system", "fingerprint", ...whole]);
  return { text: head + lines.join(""), leftOut: names.filter((name) => !whole.includes(name)) };
}
