import type { Measured } from "../analysis.ts";

/** What the engine and its GPUs said of themselves while one run was made; every importer of server metrics returns this. */
export interface ServerRecord {
  /** Where it comes from, e.g. "scraped by llmbench every 1 s", "inference-perf's Prometheus". */
  readonly source: string;
  /** Of each stage in the plan's order; null: no sample of it. */
  readonly stages: readonly (StageServer | null)[];
  /** Gauges over the run, for the time line; empty where only sums are known. */
  readonly series: readonly ServerSeries[];
  /** What is missing or doubtful, in sentences: gaps, counter resets, names that an engine does not have. */
  readonly remarks: readonly string[];
}

/** Counters: differences between the stage's borders, all pods together. Gauges: time-weighted over the window. */
export interface StageServer {
  readonly pods: number;
  /** Samples of the window, of the pod with the fewest. */
  readonly samples: number;
  /** Counters that began again: the engine restarted. */
  readonly resets: number;
  /** Prompt tokens found in the prefix cache over those looked up: 0..1. */
  readonly prefixCacheHitRate: Measured;
  /** 0..1, mean over pods. */
  readonly kvCacheUse: Gauge;
  readonly running: Gauge;
  readonly waiting: Gauge;
  readonly preemptions: Measured;
  readonly promptTokens: Measured;
  readonly outputTokens: Measured;
  /** Means per request, in s. */
  readonly queueSeconds: Measured;
  readonly prefillSeconds: Measured;
  readonly decodeSeconds: Measured;
  /** Largest over smallest mean of running requests per pod; null with one pod. */
  readonly imbalance: Measured;
  readonly cpuCores: Measured;
  readonly memoryBytes: Measured;
  readonly gpu: GpuUse | null;
  /** Mean time to first token as the server counts it, in s. */
  readonly ttftSeconds?: Measured;
  /** Mean of waiting requests in the window's second half minus that in its first. */
  readonly waitingRise?: Measured;
  /** Standard deviation over mean, of the pods' means; null with one pod. */
  readonly waitingSpread?: Measured;
  readonly kvCacheSpread?: Measured;
  /** Endpoints that a router called ready: most and fewest of the window. */
  readonly endpoints?: { readonly most: number; readonly fewest: number };
  /** What a router in front did; absent where none was asked. */
  readonly router?: RouterServer;
  /** Absent in older files, and where several processes answer behind one address. */
  readonly perPod?: readonly PodServer[];
  /** What rates and means were made of, for pooling. */
  readonly weights?: { readonly seconds: number; readonly lookups: number; readonly requests: number };
}

/** What one pod did of a stage's work; counters, as differences between the stage's borders. */
export interface PodServer {
  /** Address. */
  readonly pod: string;
  /** Of a disaggregated engine, as the name of its address tells; null: it does all the work, or does not tell. */
  readonly role: "prefill" | "decode" | null;
  /** Ended ones. */
  readonly requests: Measured;
  readonly promptTokens: Measured;
  readonly outputTokens: Measured;
  readonly prefixHits: Measured;
  readonly prefixQueries: Measured;
}

/** Endpoint pickers of a pool, all replicas together. */
export interface RouterServer {
  readonly requests: Measured;
  /** Means per request, in s: picking its endpoint; being held back before that, which only flow control does. */
  readonly schedulingSeconds: Measured;
  readonly queueSeconds: Measured;
  /** Of the pool, as flow control sees it; 1 is full. */
  readonly saturation: Gauge;
  /** Share of a prompt that the picker took to be in its endpoint's prefix cache: mean over requests. */
  readonly expectedPrefixHits: Measured;
  /** Requests that went through a prefill pod as well, of all. */
  readonly disaggregated: Measured;
}

export interface Gauge {
  readonly mean: Measured;
  readonly max: Measured;
}

/** DCGM; shares are 0..1, means over the GPUs. */
export interface GpuUse {
  readonly gpus: number;
  readonly utilisation: Measured;
  readonly tensorActive: Measured;
  readonly dramActive: Measured;
  readonly memoryUsedMiB: Measured;
  /** All GPUs together. */
  readonly powerWatts: Measured;
  readonly energyJoules: Measured;
}

export interface ServerSeries {
  readonly metric: "running" | "waiting" | "kvCacheUse" | "prefixCacheHitRate" | "gpuUtilisation" | "powerWatts";
  /** Pod or address; null: all of them. */
  readonly pod: string | null;
  /** Seconds from the run's start. */
  readonly seconds: readonly number[];
  /** null: a gap. */
  readonly values: readonly (number | null)[];
}

/** The one sentence on what held the system back, and its evidence. */
export interface Bottleneck {
  readonly kind:
    | "client"
    | "replicaLost"
    | "router"
    | "kvCache"
    | "queue"
    | "routing"
    | "prefill"
    | "decode"
    | "underused"
    | "undetermined";
  /** The load that it is said of: the largest that was measured. */
  readonly load: number;
  readonly sentence: string;
}
