import type { Measured } from "../analysis.ts";
import { absent, total } from "./measuredParts.ts";
import type { Gauge, GpuUse, PodServer, RouterServer, StageServer } from "./serverMetrics.ts";

type Weight = (part: StageServer) => number;

const bySeconds: Weight = ({ weights }) => weights?.seconds ?? 1;
const byLookups: Weight = ({ weights }) => weights?.lookups ?? 1;
const byRequests: Weight = ({ weights }) => weights?.requests ?? 1;

/** Repetitions of one stage as one: counters summed, gauges averaged over time, means over requests. null: none recorded any. */
export function poolServer(parts: readonly StageServer[]): StageServer | null {
  const first = parts[0];
  if (first === undefined || parts.length === 1) return first ?? null;
  const each = (read: (part: StageServer) => Measured | undefined) => parts.map((part) => read(part) ?? NOT_TOLD);
  const sum = (read: (part: StageServer) => Measured) =>
    weighted(
      each(read),
      parts.map(() => 1),
      parts.length,
    );
  const mean = (read: (part: StageServer) => Measured | undefined, weight: Weight) =>
    weighted(each(read), parts.map(weight), 1);
  const gauge = (read: (part: StageServer) => Gauge): Gauge => ({
    mean: mean((part) => read(part).mean, bySeconds),
    max: largest(each((part) => read(part).max)),
  });
  return {
    pods: Math.max(...parts.map(({ pods }) => pods)),
    samples: parts.reduce((total, { samples }) => total + samples, 0),
    resets: parts.reduce((total, { resets }) => total + resets, 0),
    prefixCacheHitRate: mean((part) => part.prefixCacheHitRate, byLookups),
    kvCacheUse: gauge((part) => part.kvCacheUse),
    running: gauge((part) => part.running),
    waiting: gauge((part) => part.waiting),
    preemptions: sum((part) => part.preemptions),
    promptTokens: sum((part) => part.promptTokens),
    outputTokens: sum((part) => part.outputTokens),
    queueSeconds: mean((part) => part.queueSeconds, byRequests),
    prefillSeconds: mean((part) => part.prefillSeconds, byRequests),
    decodeSeconds: mean((part) => part.decodeSeconds, byRequests),
    ttftSeconds: mean((part) => part.ttftSeconds, byRequests),
    // A mean over repetitions would hide that each had another pod with more than its share: the worst of them.
    imbalance: largest(each((part) => part.imbalance)),
    waitingSpread: largest(each((part) => part.waitingSpread)),
    kvCacheSpread: largest(each((part) => part.kvCacheSpread)),
    waitingRise: mean((part) => part.waitingRise, bySeconds),
    cpuCores: mean((part) => part.cpuCores, bySeconds),
    memoryBytes: mean((part) => part.memoryBytes, bySeconds),
    gpu: poolGpus(parts),
    ...pooledEndpoints(parts),
    ...pooledPods(parts),
    ...pooledRouters(parts),
    weights: {
      seconds: parts.reduce((total, part) => total + bySeconds(part), 0),
      lookups: parts.reduce((total, part) => total + byLookups(part), 0),
      requests: parts.reduce((total, part) => total + byRequests(part), 0),
    },
  };
}

const NOT_TOLD = absent("it was not recorded");

function poolGpus(parts: readonly StageServer[]): GpuUse | null {
  const told = parts.filter(({ gpu }) => gpu !== null);
  if (told.length === 0) return null;
  const mean = (read: (gpu: GpuUse) => Measured) =>
    weighted(
      told.map(({ gpu }) => read(gpu as GpuUse)),
      told.map(bySeconds),
      1,
    );
  const energy = told.map(({ gpu }) => (gpu as GpuUse).energyJoules);
  return {
    gpus: Math.max(...told.map(({ gpu }) => (gpu as GpuUse).gpus)),
    utilisation: mean(({ utilisation }) => utilisation),
    tensorActive: mean(({ tensorActive }) => tensorActive),
    dramActive: mean(({ dramActive }) => dramActive),
    memoryUsedMiB: mean(({ memoryUsedMiB }) => memoryUsedMiB),
    powerWatts: mean(({ powerWatts }) => powerWatts),
    // Tokens of a repetition without its energy would make each token look cheap.
    energyJoules:
      told.length < parts.length
        ? NOT_TOLD
        : weighted(
            energy,
            told.map(() => 1),
            told.length,
          ),
  };
}

function pooledEndpoints(parts: readonly StageServer[]): Pick<StageServer, "endpoints"> {
  const told = parts.flatMap(({ endpoints }) => endpoints ?? []);
  if (told.length === 0) return {};
  const most = Math.max(...told.map((one) => one.most));
  return { endpoints: { most, fewest: Math.min(...told.map((one) => one.fewest)) } };
}

function pooledRouters(parts: readonly StageServer[]): Pick<StageServer, "router"> {
  const routers = parts.flatMap(({ router }) => router ?? []);
  if (routers.length === 0 || routers.length < parts.length) return {};
  const byRequests = routers.map(({ requests }) => requests.value ?? 0);
  const mean = (read: (router: RouterServer) => Measured) => weighted(routers.map(read), byRequests, 1);
  return {
    router: {
      requests: total(
        routers.map(({ requests }) => requests),
        "it told nothing",
      ),
      schedulingSeconds: mean(({ schedulingSeconds }) => schedulingSeconds),
      queueSeconds: mean(({ queueSeconds }) => queueSeconds),
      saturation: {
        mean: weighted(
          routers.map(({ saturation }) => saturation.mean),
          parts.map(bySeconds),
          1,
        ),
        max: largest(routers.map(({ saturation }) => saturation.max)),
      },
      expectedPrefixHits: mean(({ expectedPrefixHits }) => expectedPrefixHits),
      disaggregated: mean(({ disaggregated }) => disaggregated),
    },
  };
}

/** A pod that was replaced between two repetitions has an address, and a line, for each of its lives: `podShares` looks for that. */
function pooledPods(parts: readonly StageServer[]): Pick<StageServer, "perPod"> {
  if (parts.some(({ perPod }) => perPod === undefined)) return {};
  const byPod = new Map<string, PodServer[]>();
  for (const pod of parts.flatMap(({ perPod }) => perPod ?? [])) {
    const known = byPod.get(pod.pod);
    if (known === undefined) byPod.set(pod.pod, [pod]);
    else known.push(pod);
  }
  const sum = (pods: readonly PodServer[], read: (pod: PodServer) => Measured) =>
    total(pods.map(read), "it told nothing");
  return {
    perPod: [...byPod].map(([pod, lives]) => ({
      pod,
      role: lives[0]?.role ?? null,
      requests: sum(lives, (one) => one.requests),
      promptTokens: sum(lives, (one) => one.promptTokens),
      outputTokens: sum(lives, (one) => one.outputTokens),
      prefixHits: sum(lives, (one) => one.prefixHits),
      prefixQueries: sum(lives, (one) => one.prefixQueries),
    })),
  };
}

/** Weighted mean, times `times`; one part without a value is none of all: a sum without it would be of less than it says. */
function weighted(parts: readonly Measured[], weights: readonly number[], times: number): Measured {
  const used = parts.map((part, i) => ({ part, weight: weights[i] as number })).filter(({ weight }) => weight > 0);
  const missing = used.find(({ part }) => part.value === null)?.part;
  if (missing !== undefined) return missing;
  const weight = used.reduce((total, one) => total + one.weight, 0);
  if (weight === 0) return parts.find(({ value }) => value === null) ?? NOT_TOLD;
  return { value: (times * used.reduce((total, one) => total + one.weight * (one.part.value as number), 0)) / weight };
}

/** Of those that are known; a maximum needs no more. */
function largest(parts: readonly Measured[]): Measured {
  const known = parts.flatMap(({ value }) => value ?? []);
  return known.length > 0 ? { value: Math.max(...known) } : (parts[0] ?? NOT_TOLD);
}
