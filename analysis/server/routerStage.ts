import type { StageTimes } from "./engineStage.ts";
import { measured } from "./measuredParts.ts";
import { noEngine } from "./noEngine.ts";
import type { Gauge, StageServer } from "./serverMetrics.ts";
import type { ServerPage } from "./serverPage.ts";
import type { StagePages } from "./stagePages.ts";
import { type Point, timeWeightedMean, within } from "./timeWeighted.ts";

/** What a router says of the endpoints behind it; it stands in where no engine could be asked. null: no router told. */
export function routerStage(
  stages: readonly StagePages[],
  { startMs, endMs }: StageTimes,
): { readonly endpoints?: StageServer["endpoints"]; readonly instead: Omit<StageServer, "gpu"> } | null {
  const pages = stages.flatMap(({ pages }) => pages).filter(({ router }) => Object.keys(router).length > 0);
  if (pages.length === 0) return null;
  const ready = pointsOf(pages, ({ router }) => router.endpoints);
  const counts = within(ready, startMs, endMs).map(({ value }) => value);
  const endpoints = counts.length === 0 ? undefined : { most: Math.max(...counts), fewest: Math.min(...counts) };
  const gauge = (read: (page: ServerPage) => number | undefined): Gauge => {
    const points = pointsOf(pages, read);
    const inside = within(points, startMs, endMs).map(({ value }) => value);
    const reason = "the router does not tell it";
    return {
      mean: measured(timeWeightedMean(points, startMs, endMs), reason),
      max: measured(inside.length === 0 ? null : Math.max(...inside), reason),
    };
  };
  // It tells means over its endpoints; requests of all of them together are asked for.
  const times = (value: number | undefined, { router }: ServerPage) =>
    value === undefined || router.endpoints === undefined ? undefined : value * router.endpoints;
  const instead = {
    ...noEngine,
    pods: endpoints?.most ?? 0,
    samples: within(
      pointsOf(pages, () => 0),
      startMs,
      endMs,
    ).length,
    kvCacheUse: gauge(({ router }) => router.kvCacheUse),
    running: gauge((page) => times(page.router.running, page)),
    waiting: gauge((page) => times(page.router.queue, page)),
  };
  return endpoints === undefined ? { instead } : { endpoints, instead: { ...instead, endpoints } };
}

function pointsOf(pages: readonly ServerPage[], read: (page: ServerPage) => number | undefined): Point[] {
  return pages.flatMap((page) => {
    const value = read(page);
    return value === undefined ? [] : [{ ms: page.ms, value }];
  });
}
