import { counterDelta } from "./counterDelta.ts";
import type { ServerSeries } from "./serverMetrics.ts";
import type { ServerPage } from "./serverPage.ts";
import type { MomentPage } from "./stagePages.ts";

/** A time line is no wider on a page; a run of hours has one point of many seconds. */
const MOST_POINTS = 600;
/** More lines than these nobody can tell apart. */
const MOST_PODS = 8;

/** One round of pages: all addresses asked together. An address that gave none is absent. */
export interface Round {
  readonly ms: number;
  readonly pages: ReadonlyMap<string, MomentPage>;
}

type Read = (page: ServerPage, before: ServerPage | undefined) => number | null;
interface Line {
  readonly metric: ServerSeries["metric"];
  readonly read: Read;
  readonly together: "sum" | "mean";
}

const lines: readonly Line[] = [
  { metric: "running", read: ({ engine }) => engine?.gauges.running ?? null, together: "sum" },
  { metric: "waiting", read: ({ engine }) => engine?.gauges.waiting ?? null, together: "sum" },
  { metric: "kvCacheUse", read: ({ engine }) => engine?.gauges.kvCacheUse ?? null, together: "mean" },
  { metric: "prefixCacheHitRate", read: hitRateSince, together: "mean" },
  { metric: "gpuUtilisation", read: (page) => meanOfGpus(page), together: "mean" },
  { metric: "powerWatts", read: (page) => wattsOf(page), together: "sum" },
];

/** Gauges over the run: all addresses together, and each where there are a few. */
export function serverSeries(rounds: readonly Round[]): ServerSeries[] {
  const addresses = [...new Set(rounds.flatMap(({ pages }) => [...pages.keys()]))];
  return lines.flatMap((line) => {
    const each = addresses.map((address) => ({ address, values: valuesOf(rounds, address, line.read) }));
    const own = each.filter(({ values }) => values.some((value) => value !== null));
    if (own.length === 0) return [];
    const all = rounds.map((_, i) =>
      combined(
        own.map(({ values }) => values[i] ?? null),
        line.together,
      ),
    );
    const few = own.length > 1 && own.length <= MOST_PODS ? own : [];
    return [
      series(line.metric, null, rounds, all),
      ...few.map(({ address, values }) => series(line.metric, address, rounds, values)),
    ];
  });
}

function valuesOf(rounds: readonly Round[], address: string, read: Read): (number | null)[] {
  let before: ServerPage | undefined;
  return rounds.map(({ pages }) => {
    const page = pages.get(address);
    if (page === undefined) return null;
    const value = read(page, before);
    before = page;
    return value;
  });
}

function combined(values: readonly (number | null)[], together: Line["together"]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const sum = known.reduce((total, value) => total + value, 0);
  return together === "sum" ? sum : sum / known.length;
}

function series(
  metric: ServerSeries["metric"],
  pod: string | null,
  rounds: readonly Round[],
  values: readonly (number | null)[],
): ServerSeries {
  const size = Math.ceil(rounds.length / MOST_POINTS);
  const groups = Array.from({ length: Math.ceil(rounds.length / size) }, (_, i) => i * size);
  const mean = (numbers: readonly (number | null)[]) => combined(numbers, "mean");
  return {
    metric,
    pod,
    seconds: groups.map((at) => rounded((mean(rounds.slice(at, at + size).map(({ ms }) => ms)) as number) / 1000)),
    values: groups.map((at) => {
      const value = mean(values.slice(at, at + size));
      return value === null ? null : rounded(value);
    }),
  };
}

/** Of the time since the page before: the ratio of the whole life of a server hides what this load found. */
function hitRateSince({ engine }: ServerPage, before: ServerPage | undefined): number | null {
  const pages = [before?.engine, engine].flatMap((page) => page ?? []);
  const grown = (name: "prefixHits" | "prefixQueries") =>
    counterDelta(pages.flatMap(({ counters, startedAt }) => ({ value: counters[name] ?? Number.NaN, startedAt })));
  const lookups = grown("prefixQueries");
  return pages.length < 2 || !(lookups > 0) ? null : Math.min(1, grown("prefixHits") / lookups);
}

function meanOfGpus({ gpus }: ServerPage): number | null {
  return combined(
    [...gpus.values()].map(({ gauges }) => gauges.utilisation ?? null),
    "mean",
  );
}

function wattsOf({ gpus }: ServerPage): number | null {
  return combined(
    [...gpus.values()].map(({ gauges }) => gauges.powerWatts ?? null),
    "sum",
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
