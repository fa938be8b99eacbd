import { existsSync, statSync } from "node:fs";
import type { HistoryEntry } from "../analysis/history/entry.ts";
import { historyEntries } from "../analysis/history/entry.ts";
import { appendEntries, readHistory } from "../analysis/history/historyFile.ts";
import { historyText } from "../analysis/history/historyText.ts";
import { otavaCsv } from "../analysis/history/otavaCsv.ts";
import { metricNames, seriesOf } from "../analysis/history/series.ts";
import { namedRuns } from "../run/namedRuns.ts";
import { nearest } from "../scenario/nearest.ts";
import { CommandError } from "./commandError.ts";
import { commitUnderTest } from "./commitUnderTest.ts";
import { toPlace } from "./outputFile.ts";
import { readSide } from "./readSide.ts";

export interface HistoryOptions {
  readonly metric: string;
  readonly system?: string;
  readonly add?: string;
  readonly csv: boolean;
}

/** `./bench history FILE`: the series that gates wrote, as tables with change points, or as CSV. */
export async function history(file: string, { metric, system, add, csv }: HistoryOptions): Promise<number> {
  if (existsSync(file) && statSync(file).isDirectory())
    throw new CommandError(`${file} is a folder`, "name the file that gates append to by --history", 2);
  if (add !== undefined) await record(file, add);
  const read = readHistory(file);
  if (read === null)
    throw new CommandError(
      `there is no history ${file}`,
      `./bench gate ... --history ${file} or ./bench history ${file} --add STACK begins one`,
      2,
    );
  for (const { line, problem } of read.bad)
    process.stderr.write(`warning: ${file}: line ${line} is left out: ${problem}\n`);
  const entries = read.entries.filter((entry) => system === undefined || entry.system === system);
  if (entries.length === 0) {
    const known = [...new Set(read.entries.map((entry) => entry.system))];
    const next = known.length === 0 ? "append some, by --add STACK" : `use one of: ${known.join(", ")}`;
    throw new CommandError(
      `${file} has no line ${system === undefined ? "" : `of system "${system}" `}that can be read`,
      next,
      2,
    );
  }
  if (csv) writeCsv(entries);
  else process.stdout.write(historyText(seriesOf(entries, knownMetric(metric, entries)), metric));
  return 0;
}

async function record(file: string, what: string): Promise<void> {
  const side = await readSide(what, namedRuns(what));
  const entries = historyEntries(side, { commit: commitUnderTest(), verdictOf: () => null });
  toPlace("the history", file, () => appendEntries(file, entries));
}

function knownMetric(metric: string, entries: readonly HistoryEntry[]): string {
  const known = metricNames(entries);
  if (known.includes(metric)) return metric;
  const meant = nearest(metric, known);
  const overAll = known.filter((name) => !name.includes("@"));
  throw new CommandError(
    `metric "${metric}" is in no line${meant === null ? "" : `; did you mean "${meant}"?`}`,
    `use one of: ${overAll.join(", ")}; or one at a load, as NAME@LOAD`,
    2,
  );
}

/** Otava takes one file for one series, so the newest is written and the others are named. */
function writeCsv(entries: readonly HistoryEntry[]): void {
  const systems = new Set(entries.map(({ stack, system }) => `${stack} / ${system}`));
  if (systems.size > 1)
    throw new CommandError(
      `a CSV is one series, and these are ${systems.size}: ${[...systems].join(", ")}`,
      "name one by --system",
      2,
    );
  const valid = entries
    .filter(({ verdict }) => verdict !== "invalid")
    .toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const newest = valid.at(-1)?.fingerprint;
  const series = valid.filter(({ fingerprint }) => fingerprint === newest);
  const { text, leftOut } = otavaCsv(series);
  if (series.length < entries.length)
    process.stderr.write(`${entries.length - series.length} lines are left out: invalid, or of another fingerprint\n`);
  if (leftOut.length > 0) process.stderr.write(`not in every line, so left out: ${leftOut.join(", ")}\n`);
  process.stdout.write(text);
}
