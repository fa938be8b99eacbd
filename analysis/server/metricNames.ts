/** Names under which engines have told a quantity, the newest first; only the first that a page holds is read, since some versions tell both. */
export type Aliases = readonly string[];

/** prometheus_client adds _total to counters; copies of a page that went through other tools may lack it. */
const counter = (...names: readonly string[]): Aliases => names.flatMap((name) => [`${name}_total`, name]);

/** Sums over the engines of a page: a pod has one per data-parallel rank. */
export const counters = {
  prefixHits: counter("vllm:prefix_cache_hits", "vllm:gpu_prefix_cache_hits"),
  prefixQueries: counter("vllm:prefix_cache_queries", "vllm:gpu_prefix_cache_queries"),
  preemptions: counter("vllm:num_preemptions"),
  promptTokens: counter("vllm:prompt_tokens"),
  outputTokens: counter("vllm:generation_tokens"),
  /** One per reason why requests ended. */
  requests: counter("vllm:request_success"),
  // Sum and count of histograms: their means are exact, quantiles from their buckets are not.
  queueSum: ["vllm:request_queue_time_seconds_sum"],
  queueCount: ["vllm:request_queue_time_seconds_count"],
  prefillSum: ["vllm:request_prefill_time_seconds_sum"],
  prefillCount: ["vllm:request_prefill_time_seconds_count"],
  decodeSum: ["vllm:request_decode_time_seconds_sum"],
  decodeCount: ["vllm:request_decode_time_seconds_count"],
  ttftSum: ["vllm:time_to_first_token_seconds_sum"],
  ttftCount: ["vllm:time_to_first_token_seconds_count"],
  cpuSeconds: ["process_cpu_seconds_total"],
} as const satisfies Readonly<Record<string, Aliases>>;
export type CounterName = keyof typeof counters;

export const gauges = {
  running: ["vllm:num_requests_running"],
  waiting: ["vllm:num_requests_waiting"],
  kvCacheUse: ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"],
  memoryBytes: ["process_resident_memory_bytes"],
} as const satisfies Readonly<Record<string, Aliases>>;
export type GaugeName = keyof typeof gauges;

/** Tells one process from the next at the same address. */
export const processStart = "process_start_time_seconds";

/** A page with one of these is an engine's; a router and an exporter have a process, too. */
export const enginePrefix = "vllm:";

/** llm-d's router tells each under its new prefix and under those of before. */
const router = (...names: readonly string[]): Aliases =>
  ["llm_d_epp_", "llm_d_inference_scheduler_", "inference_pool_", "inference_extension_"].flatMap((prefix) =>
    names.map((name) => prefix + name),
  );

/** Means over the endpoints of a pool. */
export const routerGauges = {
  kvCacheUse: router("average_kv_cache_utilization"),
  queue: router("average_queue_size"),
  running: router("average_running_requests"),
  endpoints: router("ready_endpoints", "ready_pods"),
} as const;

export const gpuGauges = {
  /** Percent. */
  utilisation: "DCGM_FI_DEV_GPU_UTIL",
  tensorActive: "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
  dramActive: "DCGM_FI_PROF_DRAM_ACTIVE",
  /** MiB. */
  memoryUsedMiB: "DCGM_FI_DEV_FB_USED",
  powerWatts: "DCGM_FI_DEV_POWER_USAGE",
} as const;
export type GpuGaugeName = keyof typeof gpuGauges;

/** A counter, in mJ. */
export const gpuEnergy = "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION";
