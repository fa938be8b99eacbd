import type { SimulatorConfig } from "./config.ts";
import type { Engine } from "./engine.ts";
import type { Histogram } from "./histogram.ts";
import type { StepClock } from "./stepClock.ts";

type Labels = Readonly<Record<string, string>>;

/** Prometheus text with vLLM's names, labels and buckets; what a real one counts and this engine has not is 0 there too. */
export function metricsPage(config: SimulatorConfig, engine: Engine, clock: StepClock): string {
  const page = new Page({ engine: "0", model_name: config.model });
  const { metrics, cache } = engine;
  const cached = metrics.promptTokensCached;
  page.gauge("num_requests_running", "Number of requests in model execution batches.", [[{}, engine.running]]);
  page.gauge("num_requests_waiting", "Number of requests waiting to be processed.", [[{}, engine.waiting]]);
  page.gauge("num_requests_waiting_by_reason", "Number of waiting requests by reason.", [
    [{ reason: "capacity" }, engine.waiting],
    [{ reason: "deferred" }, 0],
  ]);
  page.gauge("engine_sleep_state", "Engine sleep state.", [
    [{ sleep_state: "awake" }, 1],
    [{ sleep_state: "weights_offloaded" }, 0],
    [{ sleep_state: "discard_all" }, 0],
  ]);
  page.gauge("kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", [[{}, cache.usage]]);
  page.counter("prefix_cache_queries", "Tokens looked up in the prefix cache.", [[{}, metrics.prefixQueries]]);
  page.counter("prefix_cache_hits", "Tokens found in the prefix cache.", [[{}, metrics.prefixHits]]);
  page.counter("external_prefix_cache_queries", "Tokens looked up in a KV connector.", [[{}, 0]]);
  page.counter("external_prefix_cache_hits", "Tokens found through a KV connector.", [[{}, 0]]);
  page.counter("mm_cache_queries", "Items looked up in the multi-modal cache.", [[{}, 0]]);
  page.counter("mm_cache_hits", "Items found in the multi-modal cache.", [[{}, 0]]);
  page.counter("num_preemptions", "Preemptions.", [[{}, metrics.preemptions]]);
  page.counter("prompt_tokens", "Number of prefill tokens processed.", [[{}, metrics.promptTokens]]);
  page.counter("prompt_tokens_by_source", "Number of prompt tokens by source.", [
    [{ source: "local_compute" }, metrics.promptTokens - cached],
    [{ source: "local_cache_hit" }, cached],
    [{ source: "external_kv_transfer" }, 0],
  ]);
  page.counter("prompt_tokens_cached", "Number of cached prompt tokens.", [[{}, cached]]);
  page.counter("generation_tokens", "Number of generation tokens processed.", [[{}, metrics.generationTokens]]);
  page.counter(
    "request_success",
    "Count of finished requests.",
    Object.entries(metrics.finished).map(([reason, count]) => [{ finished_reason: reason }, count]),
  );
  page.histogram("request_prompt_tokens", "Prompt tokens per request.", metrics.requestPromptTokens);
  page.histogram("request_generation_tokens", "Output tokens per request.", metrics.requestGenerationTokens);
  page.histogram("iteration_tokens_total", "Tokens per engine step.", metrics.iterationTokens);
  page.histogram(
    "request_max_num_generation_tokens",
    "Maximum output tokens per request.",
    metrics.requestMaxGenerationTokens,
  );
  page.histogram("request_params_n", "The n request parameter.", metrics.requestN);
  page.histogram("request_params_max_tokens", "The max_tokens request parameter.", metrics.requestMaxTokens);
  page.histogram("time_to_first_token_seconds", "Time to first token.", metrics.timeToFirstToken);
  page.histogram("inter_token_latency_seconds", "Inter-token latency.", metrics.interTokenLatency);
  page.histogram(
    "request_time_per_output_token_seconds",
    "Time per output token, per request.",
    metrics.timePerOutputToken,
  );
  page.histogram("e2e_request_latency_seconds", "End-to-end latency.", metrics.endToEnd);
  page.histogram("request_queue_time_seconds", "Time spent waiting.", metrics.queueTime);
  page.histogram("request_inference_time_seconds", "Time spent running.", metrics.inferenceTime);
  page.histogram("request_prefill_time_seconds", "Time spent in prefill.", metrics.prefillTime);
  page.histogram("request_decode_time_seconds", "Time spent in decode.", metrics.decodeTime);
  page.histogram("request_num_preemptions", "Preemptions per request.", metrics.requestPreemptions);
  page.histogram(
    "request_prefill_kv_computed_tokens",
    "Prompt tokens computed, cached ones left out.",
    metrics.prefillComputedTokens,
  );
  page.gauge("cache_config_info", "Cache configuration.", [[cacheConfig(config), 1]]);
  const { rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  page.plain("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", rss);
  page.plain("process_cpu_seconds_total", "counter", "User and system CPU time in seconds.", (user + system) / 1e6);
  page.ownHistogram(
    "llmbench_simulator_step_lateness_seconds",
    "How late the simulator handed on its tokens; not a metric of vLLM.",
    clock.lateness,
  );
  return page.text();
}

function cacheConfig(config: SimulatorConfig): Labels {
  return {
    block_size: String(config.blockSize),
    cache_dtype: "auto",
    enable_prefix_caching: config.prefixCaching ? "True" : "False",
    kv_cache_size_tokens: String(config.numGpuBlocks * config.blockSize),
    num_cpu_blocks: "None",
    num_gpu_blocks: String(config.numGpuBlocks),
    num_gpu_blocks_override: "None",
    prefix_caching_hash_algo: "sha256",
    sliding_window: "None",
  };
}

class Page {
  readonly #labels: Labels;
  #text = "";

  constructor(labels: Labels) {
    this.#labels = labels;
  }

  text(): string {
    return this.#text;
  }

  gauge(name: string, help: string, samples: readonly (readonly [Labels, number])[]): void {
    this.#family(`vllm:${name}`, "gauge", help, samples);
  }

  counter(name: string, help: string, samples: readonly (readonly [Labels, number])[]): void {
    this.#family(`vllm:${name}_total`, "counter", help, samples);
  }

  histogram(name: string, help: string, histogram: Histogram): void {
    this.ownHistogram(`vllm:${name}`, help, histogram);
  }

  ownHistogram(name: string, help: string, histogram: Histogram): void {
    this.#head(name, "histogram", help);
    for (const [bound, count] of histogram.cumulative()) {
      const le = bound === Number.POSITIVE_INFINITY ? "+Inf" : float(bound);
      this.#sample(`${name}_bucket`, { ...this.#labels, le }, count);
    }
    this.#sample(`${name}_count`, this.#labels, histogram.count);
    this.#sample(`${name}_sum`, this.#labels, histogram.sum);
  }

  plain(name: string, type: string, help: string, value: number): void {
    this.#head(name, type, help);
    this.#text += `${name} ${float(value)}\n`;
  }

  #family(name: string, type: string, help: string, samples: readonly (readonly [Labels, number])[]): void {
    this.#head(name, type, help);
    for (const [labels, value] of samples) this.#sample(name, { ...this.#labels, ...labels }, value);
  }

  #head(name: string, type: string, help: string): void {
    this.#text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  }

  #sample(name: string, labels: Labels, value: number): void {
    const keys = Object.keys(labels).sort();
    const list = keys.map(
      (key) => `${key}="${labels[key]!.replace(/[\\"\n]/g, (c) => (c === "\n" ? "\\n" : `\\${c}`))}"`,
    );
    this.#text += `${name}{${list.join(",")}} ${float(value)}\n`;
  }
}

/** Python's way of printing floats, which exposition parsers have all seen. */
function float(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
