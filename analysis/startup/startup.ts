import type { Measured } from "../analysis.ts";

/** How one engine came up, from its own log: what harness nop measures. Seconds from the log's first stamped line. */
export interface Startup {
  readonly formatVersion: 1;
  /** As its log says; null where it does not. */
  readonly vllmVersion: string | null;
  /** A log of this minor version was at hand; else wordings come from its source only. */
  readonly verified: boolean;
  /** Of the log's time stamps: 1 for vLLM's own, which end at the second; null where no line has one. */
  readonly resolutionSeconds: number | null;
  /** Where the stamps come from: the pod's runtime, or vLLM's log lines (local time, no year). */
  readonly stampedBy: "runtime" | "vllm" | null;
  readonly model: string | null;
  readonly loadFormat: string | null;
  readonly sleepMode: boolean | null;
  /** vLLM's "non-default args" as it printed them, values of secrets hidden. */
  readonly args: string | null;
  /** First line, and all routes announced; ISO 8601 where the runtime stamped them, else MM-DD HH:MM:SS. */
  readonly firstLineAt: string | null;
  readonly readyAt: string | null;
  /** From the first line to the last route. */
  readonly startupSeconds: Measured;
  readonly phases: readonly StartupPhase[];
  readonly values: Readonly<Record<StartupValue, Measured>>;
  /** One entry per process that loaded weights: a rank of tensor parallelism each. */
  readonly loads: readonly ModelLoad[];
  readonly sleeps: readonly SleepWake[];
  readonly pod: PodTimes;
  readonly check: PodCheck;
  /** What the log should hold in this version and does not, by name. */
  readonly notFound: readonly string[];
  readonly remarks: readonly string[];
}

export interface ProcessIdentity {
  /** As vLLM prefixes its lines since v0.10.2: APIServer, EngineCore, Worker_TP0, ... */
  readonly name: string;
  readonly pid: number;
}

export interface StartupPhase {
  readonly name: string;
  /** Of the line that ends it; null where lines have no prefix. */
  readonly process: ProcessIdentity | null;
  /** From the first line; null where the phase has no time stamps of its own. */
  readonly startSeconds: number | null;
  readonly seconds: Measured;
  readonly parts: readonly StartupPhase[];
}

/** Single numbers, most of them measured by vLLM itself. */
export const startupValues = {
  downloadSeconds: "s, time to download weights",
  initializeModelSeconds: "s, building the model without weights",
  weightsSeconds: "s, reading weights, slowest process",
  loadSeconds: "s, model loading, slowest process",
  loadGiB: "GiB of memory after loading, all processes",
  transferGiBPerSecond: "GiB/s, loaded over the slowest process's time",
  dynamoSeconds: "s, Dynamo bytecode transform, slowest process",
  compileGraphSeconds: "s, compiling graphs, slowest process",
  cachedGraphSeconds: "s, loading graphs compiled before, slowest process",
  torchCompileSeconds: "s, torch.compile in total, slowest process",
  graphCaptureSeconds: "s, capturing CUDA graphs, slowest process",
  graphCaptureGiB: "GiB for CUDA graphs, largest process",
  memoryProfilingSeconds: "s, profiling memory, slowest process",
  initialFreeGiB: "GiB free before, smallest process",
  freeAfterProfilingGiB: "GiB free after profiling, smallest process",
  kvCacheGiB: "GiB for the KV cache of one process",
  kvCacheTokens: "tokens in the KV cache",
  fullLengthRequests: "requests of full length at once",
  initEngineSeconds: "s, profiling, KV cache and warm-up",
} as const;
export type StartupValue = keyof typeof startupValues;

export interface ModelLoad {
  readonly process: ProcessIdentity | null;
  readonly giB: number;
  readonly seconds: number;
}

export interface SleepWake {
  readonly freedGiB: number | null;
  readonly inUseGiB: number | null;
  readonly sleepSeconds: number | null;
  readonly wakeSeconds: number | null;
}

/** From the pod's conditions and its container's status, ISO 8601; independent of any log. Whole seconds. */
export interface PodTimes {
  /** Its name and creation; absent in older files. */
  readonly name?: string | null;
  readonly createdAt?: string | null;
  readonly scheduledAt: string | null;
  /** The engine's container. */
  readonly startedAt: string | null;
  readonly readyAt: string | null;
}

/** The log's phases beside the pod's own clock. */
export interface PodCheck {
  /** Ready minus started. */
  readonly podSeconds: Measured;
  /** Union of all phases. */
  readonly phaseSeconds: Measured;
  /** podSeconds minus phaseSeconds: Python's start, imports, gaps, and the wait for the next readiness probe. */
  readonly unexplainedSeconds: Measured;
}
