import type { StartupValue } from "./startup.ts";

/**
 * How vLLM words what it measured, by version; `source` is the file at the first version that has the wording. Ranges
 * are of releases, read in the sources of each minor release from v0.8.5 to v0.32.0; `until` is the last one.
 */
export interface Wording {
  readonly value: StartupValue;
  /** Its groups are numbers; `group` says which, from 1. */
  readonly pattern: RegExp;
  readonly group: number;
  readonly since: string;
  readonly until: string | null;
  readonly source: string;
  /** Several lines: of one process they are added or the last counts, of several the largest or the smallest, or all are added. */
  readonly ofProcess: "last" | "sum";
  readonly ofAll: "max" | "min" | "sum";
  /** Never in a CPU engine's log, nor below level DEBUG. */
  readonly gpuOnly?: true;
  readonly debugOnly?: true;
  /** Only where something happened that need not (a download, a cache hit). */
  readonly optional?: true;
}

const n = "([\\d,]+(?:\\.\\d+)?)";
const re = (text: string) => new RegExp(text.replaceAll("#", n));
const last = { ofProcess: "last", ofAll: "max" } as const;
const sum = { ofProcess: "sum", ofAll: "max" } as const;
const least = { ofProcess: "last", ofAll: "min" } as const;

export const wordings: readonly Wording[] = [
  {
    ...{ value: "downloadSeconds", pattern: re("Time spent downloading weights for .*: # seconds"), group: 1, ...last },
    ...{ since: "0.8.0", until: null, source: "model_executor/model_loader/weight_utils.py@v0.8.5", optional: true },
  },
  {
    ...{ value: "initializeModelSeconds", pattern: re("Initializing model took # seconds"), group: 1, ...last },
    ...{ since: "0.32.0", until: null, source: "model_executor/model_loader/base_loader.py@v0.32.0" },
  },
  {
    ...{ value: "weightsSeconds", pattern: re("Loading weights took # seconds"), group: 1, ...last },
    ...{ since: "0.8.0", until: null, source: "model_executor/model_loader/loader.py@v0.8.5", optional: true },
  },
  {
    ...{ value: "loadGiB", pattern: re("Model loading took # Gi?B"), group: 1, ofProcess: "last", ofAll: "sum" },
    ...{ since: "0.8.0", until: null, source: "v1/worker/gpu_model_runner.py@v0.8.5", gpuOnly: true },
  },
  {
    // v0.12.0 put "memory" in.
    ...{ value: "loadSeconds", pattern: re("Model loading took # Gi?B (?:memory )?and # seconds"), group: 2, ...last },
    ...{ since: "0.8.0", until: null, source: "v1/worker/gpu_model_runner.py@v0.8.5", gpuOnly: true },
  },
  {
    ...{ value: "dynamoSeconds", pattern: re("Dynamo bytecode transform time: # s"), group: 1, ...sum },
    ...{ since: "0.8.0", until: null, source: "compilation/backends.py@v0.8.5", gpuOnly: true },
  },
  {
    ...{ value: "compileGraphSeconds", pattern: re("Compiling a graph for general shape takes # s"), group: 1, ...sum },
    ...{ since: "0.8.0", until: "0.9.2", source: "compilation/backends.py@v0.8.5", gpuOnly: true, optional: true },
  },
  {
    ...{ value: "compileGraphSeconds", pattern: re("Compiling a graph for (?:dynamic )?shape.* takes # s"), group: 1 },
    ...{ ...sum, since: "0.8.0", until: "0.12.0", source: "compilation/backends.py@v0.10.0" },
    ...{ gpuOnly: true, optional: true },
  },
  {
    ...{ value: "compileGraphSeconds", pattern: re("Compiling a graph for compile range .* takes # s"), group: 1 },
    ...{
      ...sum,
      since: "0.13.0",
      until: null,
      source: "compilation/backends.py@v0.13.0",
      gpuOnly: true,
      optional: true,
    },
  },
  {
    ...{ value: "cachedGraphSeconds", pattern: re("Directly load the compiled graph\\(s\\) .*took # s"), group: 1 },
    ...{ ...sum, since: "0.8.0", until: null, source: "compilation/backends.py@v0.8.5", gpuOnly: true, optional: true },
  },
  {
    ...{ value: "torchCompileSeconds", pattern: re("torch\\.compile takes # s in total"), group: 1, ...last },
    ...{ since: "0.8.0", until: "0.17.0", source: "compilation/monitor.py@v0.8.5", gpuOnly: true },
  },
  {
    ...{ value: "torchCompileSeconds", pattern: re("torch\\.compile took # s in total"), group: 1, ...last },
    ...{ since: "0.18.0", until: null, source: "compilation/monitor.py@v0.18.0", gpuOnly: true },
  },
  {
    ...{ value: "graphCaptureSeconds", pattern: re("Graph capturing finished in # secs, took # GiB"), group: 1 },
    ...{ ...last, since: "0.8.0", until: null, source: "v1/worker/gpu_model_runner.py@v0.8.5", gpuOnly: true },
  },
  {
    ...{ value: "graphCaptureGiB", pattern: re("Graph capturing finished in # secs, took # GiB"), group: 2, ...last },
    ...{ since: "0.8.0", until: null, source: "v1/worker/gpu_model_runner.py@v0.8.5", gpuOnly: true },
  },
  {
    ...{ value: "memoryProfilingSeconds", pattern: re("Memory profiling takes # seconds"), group: 1, ...last },
    ...{ since: "0.8.0", until: null, source: "utils.py@v0.9.2", gpuOnly: true, debugOnly: true },
  },
  {
    ...{ value: "initialFreeGiB", pattern: re("Initial free memory: # GiB"), group: 1, ...least },
    ...{ since: "0.9.2", until: null, source: "v1/worker/gpu_worker.py@v0.9.2", gpuOnly: true, debugOnly: true },
  },
  {
    ...{ value: "freeAfterProfilingGiB", pattern: re("Free memory after profiling: # GiB"), group: 1, ...least },
    ...{ since: "0.10.2", until: null, source: "v1/worker/gpu_worker.py@v0.10.2", gpuOnly: true, debugOnly: true },
  },
  {
    ...{ value: "kvCacheGiB", pattern: re("Available KV cache memory: # GiB"), group: 1, ...least },
    ...{ since: "0.9.2", until: null, source: "v1/worker/gpu_worker.py@v0.9.2", gpuOnly: true },
  },
  {
    ...{ value: "kvCacheGiB", pattern: re("Explicitly set \\(#/[\\d.]+\\) GiB for KV cache"), group: 1, ...least },
    ...{ since: "0.20.0", until: null, source: "v1/worker/cpu_worker.py@v0.20.0", optional: true },
  },
  {
    // "GPU KV cache size"; v0.30.0 names the device.
    ...{ value: "kvCacheTokens", pattern: re("\\w+ KV cache size: # tokens"), group: 1, ...last },
    ...{ since: "0.8.0", until: null, source: "v1/core/kv_cache_utils.py@v0.8.5" },
  },
  {
    ...{ value: "fullLengthRequests", pattern: re("Maximum concurrency for # tokens per request: #x"), group: 2 },
    ...{ ...last, since: "0.8.0", until: null, source: "v1/core/kv_cache_utils.py@v0.8.5" },
  },
  {
    // v0.20.0 says "s" and how much of it was compilation.
    ...{ value: "initEngineSeconds", pattern: re("init engine \\(profile, create kv cache, warmup model\\) took # s") },
    ...{ group: 1, ...last, since: "0.8.0", until: null, source: "v1/engine/core.py@v0.8.5" },
  },
];

/** -1, 0 or 1; of "0.26.0" and the like, what follows the numbers does not count. */
export function compareVersions(a: string, b: string): number {
  const numbers = (text: string) =>
    (/^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? []).slice(1).map((part) => Number(part ?? 0));
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Wordings of a version; of an unknown one, or one newer than all that were read, those that may still hold. */
export function wordingsOf(version: string | null): Wording[] {
  if (version === null) return [...wordings];
  return wordings.filter(
    ({ since, until }) => compareVersions(version, since) >= 0 && (until === null || minor(version, until) <= 0),
  );
}

/** `until` names a minor release's last; its patch releases belong to it. */
function minor(version: string, until: string): number {
  return compareVersions(version.split(".").slice(0, 2).join("."), until.split(".").slice(0, 2).join("."));
}
