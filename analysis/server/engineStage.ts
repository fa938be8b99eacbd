import type { Measured } from "../analysis.ts";
import { absent, average, largest, measured, quotient, total } from "./measuredParts.ts";
import { type CounterName, counters, type GaugeName, gauges } from "./metricNames.ts";
import { roleOf } from "./podRole.ts";
import type { Gauge, PodServer, StageServer } from "./serverMetrics.ts";
import type { EnginePage } from "./serverPage.ts";
import { growth, type MomentPage, restarts, type StagePages, severalProcesses } from "./stagePages.ts";
import { type Point, timeWeightedMean, within } from "./timeWeighted.ts";

export interface StageTimes {
  readonly startMs: number;
  readonly endMs: number;
}

export interface PodStage extends StagePages {
  readonly address: string;
  /** As it was asked; its host may tell the pod's role. */
  readonly url: string;
  /** It came while others had told already: all that it counted is of this stage. */
  readonly isNew: boolean;
  /** Others told after the stage, and it did not. */
  readonly isLost: boolean;
}

const SEVERAL = "several processes answer behind one address: name a headless Service in metrics.urls";
const NO_ENGINE = "no page of an engine";
const NO_SAMPLE = "no sample in the window";
const ONE_POD = "there is one pod";
const NONE_ENDED = "no request ended";

/** What the engines' own pages say of one stage; null: none of them is an engine's. */
export function engineStage(
  pods: readonly PodStage[],
  { startMs, endMs }: StageTimes,
): Omit<StageServer, "gpu"> | null {
  const own = pods.filter((pod) => enginePages(pod).length > 0);
  if (own.length === 0) return null;
  const several = own.some((pod) => severalProcesses(enginePages(pod)));
  const grown = (name: CounterName): Measured =>
    several
      ? absent(SEVERAL)
      : total(
          own.map((pod) => growthOf(pod, name)),
          NO_ENGINE,
        );
  const mean = (sum: CounterName, count: CounterName) => quotient(grown(sum), grown(count), NONE_ENDED);
  const means = (name: GaugeName, from = startMs, to = endMs): Measured[] =>
    several ? [absent(SEVERAL)] : own.map((pod) => gaugeOf(pod, name, from, to));
  // Pods of two roles differ by design, and that is no uneven routing.
  const alike = [...Map.groupBy(own, (pod) => roleOf(pod.url)).values()];
  const amongAlike = (judge: (means: readonly Measured[]) => Measured, name: GaugeName): Measured =>
    several
      ? absent(SEVERAL)
      : widest(alike.map((pods) => judge(pods.map((pod) => gaugeOf(pod, name, startMs, endMs)))));
  const together = (name: GaugeName): Gauge => ({
    mean: total(means(name), NO_ENGINE),
    max: several ? absent(SEVERAL) : largestTogether(own, name, startMs, endMs),
  });
  const half = (startMs + endMs) / 2;
  const rise = [means("waiting", half, endMs), means("waiting", startMs, half)].map((one) => total(one, NO_ENGINE));
  const lookups = grown("prefixQueries");
  // A prefill pod reads the prompt that a decode pod then answers: each would count its tokens.
  const answering = own.some(isDecode) ? own.filter((pod) => roleOf(pod.url) !== "prefill") : own;
  const answered = (name: CounterName): Measured =>
    several
      ? absent(SEVERAL)
      : total(
          answering.map((pod) => growthOf(pod, name)),
          NO_ENGINE,
        );
  return {
    pods: own.length,
    samples: Math.min(...own.map((pod) => within(pointsOf(pod, "running"), startMs, endMs).length)),
    resets: own.reduce((sum, pod) => sum + restarts(enginePages(pod)) + (pod.isLost ? 1 : 0), 0),
    prefixCacheHitRate: quotient(grown("prefixHits"), lookups, "nothing was looked up in the prefix cache"),
    kvCacheUse: {
      mean: average(means("kvCacheUse"), NO_ENGINE),
      max: several
        ? absent(SEVERAL)
        : largest(
            own.map((pod) => fullest(pod, startMs, endMs)),
            NO_ENGINE,
          ),
    },
    running: together("running"),
    waiting: together("waiting"),
    ...(several ? {} : { perPod: own.map(podServer) }),
    preemptions: grown("preemptions"),
    promptTokens: answered("promptTokens"),
    outputTokens: answered("outputTokens"),
    queueSeconds: mean("queueSum", "queueCount"),
    prefillSeconds: mean("prefillSum", "prefillCount"),
    decodeSeconds: mean("decodeSum", "decodeCount"),
    ttftSeconds: mean("ttftSum", "ttftCount"),
    imbalance: amongAlike(imbalance, "running"),
    waitingSpread: amongAlike(spread, "waiting"),
    kvCacheSpread: amongAlike(spread, "kvCacheUse"),
    waitingRise: difference(rise[0] as Measured, rise[1] as Measured),
    cpuCores: several ? absent(SEVERAL) : total(own.map(coresOf), NO_ENGINE),
    memoryBytes: total(means("memoryBytes"), NO_ENGINE),
    weights: {
      seconds: (endMs - startMs) / 1000,
      lookups: lookups.value ?? 0,
      requests: grown("queueCount").value ?? 0,
    },
  };
}

function isDecode({ url }: PodStage): boolean {
  return roleOf(url) === "decode";
}

/** Of the roles; one whose single pod has nothing to be compared with does not hide the other. */
function widest(ofRoles: readonly Measured[]): Measured {
  const known = ofRoles.flatMap(({ value }) => value ?? []);
  return known.length === 0 ? (ofRoles[0] as Measured) : { value: Math.max(...known) };
}

function podServer(pod: PodStage): PodServer {
  const of = (name: CounterName) => growthOf(pod, name);
  return {
    pod: pod.address,
    role: roleOf(pod.url),
    requests: of("requests"),
    promptTokens: of("promptTokens"),
    outputTokens: of("outputTokens"),
    prefixHits: of("prefixHits"),
    prefixQueries: of("prefixQueries"),
  };
}

function enginePages({ pages }: StagePages): EnginePage[] {
  return pages.flatMap(({ engine }) => engine ?? []);
}

function growthOf(pod: PodStage, name: CounterName): Measured {
  if (!pod.begun && !pod.isNew) return absent(`${pod.address} told nothing before the stage began`);
  return measured(growth(enginePages(pod), name, pod.isNew), notTold(counters[name]));
}

function gaugeOf(pod: PodStage, name: GaugeName, from: number, to: number): Measured {
  const points = pointsOf(pod, name);
  if (points.length === 0) return absent(notTold(gauges[name]));
  return measured(timeWeightedMean(points, from, to), NO_SAMPLE);
}

function fullest(pod: PodStage, from: number, to: number): Measured {
  const points = pod.pages.flatMap(({ ms, engine }) =>
    engine?.kvCacheMax === null || engine === null ? [] : [{ ms, value: engine.kvCacheMax }],
  );
  if (points.length === 0) return absent(notTold(gauges.kvCacheUse));
  const inside = within(points, from, to).map(({ value }) => value);
  return inside.length === 0 ? absent(NO_SAMPLE) : { value: Math.max(...inside) };
}

/** Most requests of all pods at one time: each pod's last value until its next. */
function largestTogether(pods: readonly PodStage[], name: GaugeName, from: number, to: number): Measured {
  const each = pods.map((pod) => pointsOf(pod, name));
  if (each.some((points) => points.length === 0)) return absent(notTold(gauges[name]));
  const events = each
    .flatMap((points, pod) => within(points, from, to).map(({ ms, value }) => ({ ms, value, pod })))
    .sort((a, b) => a.ms - b.ms);
  if (events.length === 0) return absent(NO_SAMPLE);
  const last = pods.map(() => 0);
  return {
    value: events.reduce((most, { pod, value }) => {
      last[pod] = value;
      return Math.max(
        most,
        last.reduce((sum, one) => sum + one, 0),
      );
    }, 0),
  };
}

function pointsOf({ pages }: StagePages, name: GaugeName): Point[] {
  return pages.flatMap(({ ms, engine }: MomentPage) => {
    const value = engine?.gauges[name];
    return value === undefined ? [] : [{ ms, value }];
  });
}

function coresOf(pod: PodStage): Measured {
  const [first, last] = [pod.pages[0], pod.pages.at(-1)];
  const seconds = first === undefined || last === undefined ? 0 : (last.ms - first.ms) / 1000;
  return quotient(growthOf(pod, "cpuSeconds"), { value: seconds }, "a single page");
}

function imbalance(means: readonly Measured[]): Measured {
  if (means.length < 2) return absent(ONE_POD);
  const smallest = Math.min(...means.map(({ value }) => value ?? Number.NaN));
  return quotient(largest(means, NO_ENGINE), { value: smallest }, "a pod had no request running");
}

function spread(means: readonly Measured[]): Measured {
  if (means.length < 2) return absent(ONE_POD);
  const mean = average(means, NO_ENGINE);
  if (mean.value === null) return mean;
  const squares = means.map(({ value }) => ((value as number) - (mean.value as number)) ** 2);
  const deviation = Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / means.length);
  return quotient({ value: deviation }, mean, "it was 0 in every pod");
}

function difference(late: Measured, early: Measured): Measured {
  if (late.value === null) return late;
  return early.value === null ? early : { value: late.value - early.value };
}

function notTold(names: readonly string[]): string {
  return `the engine does not tell ${names[0]}`;
}
