import type { Measured } from "../analysis.ts";
import { counterDelta } from "./counterDelta.ts";
import type { PodStage, StageTimes } from "./engineStage.ts";
import { absent, measured, quotient, total } from "./measuredParts.ts";
import type { RouterServer } from "./serverMetrics.ts";
import type { RouterPage, ServerPage } from "./serverPage.ts";
import { type Point, timeWeightedMean, within } from "./timeWeighted.ts";

const NOTHING = "the router does not tell it";
const NO_REQUEST = "no request was routed";

/** What a stage's routers did, all of its replicas together; null: none told. */
export function routerServer(pods: readonly PodStage[], { startMs, endMs }: StageTimes): RouterServer | null {
  const own = pods.filter(({ pages }) => pages.some(({ routing }) => routing !== null));
  if (own.length === 0) return null;
  const grown = (read: (page: RouterPage) => number | undefined): Measured =>
    total(
      own.map((pod) => growthOf(pod, read)),
      NOTHING,
    );
  const counter = (name: keyof RouterPage["counters"]) => grown(({ counters }) => counters[name]);
  const mean = (sum: keyof RouterPage["counters"], count: keyof RouterPage["counters"]) =>
    quotient(counter(sum), counter(count), NO_REQUEST);
  const saturation = own.flatMap(({ pages }) => pages.flatMap((page) => pointOf(page) ?? []));
  const inside = within(saturation, startMs, endMs).map(({ value }) => value);
  return {
    requests: counter("schedulingCount"),
    schedulingSeconds: mean("schedulingSum", "schedulingCount"),
    queueSeconds: mean("queueSum", "queueCount"),
    saturation: {
      mean: measured(timeWeightedMean(saturation, startMs, endMs), NOTHING),
      max: measured(inside.length === 0 ? null : Math.max(...inside), NOTHING),
    },
    expectedPrefixHits: mean("prefixRatioSum", "prefixRatioCount"),
    disaggregated: quotient(
      grown(({ disaggregated }) => disaggregated),
      grown(({ decided }) => decided),
      NO_REQUEST,
    ),
  };
}

/** A family without a sample is not told: a counter with labels has its first with the first request. */
function growthOf(pod: PodStage, read: (page: RouterPage) => number | undefined): Measured {
  if (!pod.begun && !pod.isNew) return absent(`${pod.address} told nothing before the stage began`);
  const told = pod.pages.flatMap(({ routing }) => routing ?? []);
  if (told.every((page) => read(page) === undefined)) return absent(NOTHING);
  const counted = told.map((page) => ({ value: read(page) ?? 0, startedAt: page.startedAt }));
  return {
    value: counterDelta(pod.isNew ? [{ value: 0, startedAt: counted[0]?.startedAt ?? null }, ...counted] : counted),
  };
}

function pointOf({ ms, routing }: ServerPage): Point | null {
  return routing?.saturation === undefined ? null : { ms, value: routing.saturation };
}
