import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ServerMetricsLine } from "../../harness/recordFormat.ts";

/** What a real vLLM said after so many requests: the lines of its pages, and how they grow. */
const recorded = join(import.meta.dirname, "../../test/data/server-metrics/vllm-0.32.0/server_metrics.jsonl.gz");
const grows = /^vllm:\w+(_total|_sum|_count)\{/;

interface Line {
  readonly name: string;
  readonly value: number;
  /** Per request; 0 of a gauge. */
  readonly growth: number;
}

export interface Load {
  readonly requests: number;
  readonly running: number;
  readonly seconds: number;
}

/** Text of a page as the load generator keeps it. */
export class MadeUpServer {
  readonly #lines: readonly Line[];
  readonly #promptTokens: number;
  readonly #outputTokens: number;

  constructor(promptTokens: number, outputTokens: number) {
    this.#promptTokens = promptTokens;
    this.#outputTokens = outputTokens;
    const lines = gunzipSync(readFileSync(recorded)).toString().trimEnd().split("\n");
    const { text = "" } = JSON.parse(lines.at(-1) as string) as ServerMetricsLine;
    const pairs = text
      .trimEnd()
      .split("\n")
      .map((line): [string, number] => {
        const space = line.lastIndexOf(" ");
        return [line.slice(0, space), Number(line.slice(space + 1))];
      });
    const served = pairs.find(([name]) => name.startsWith("vllm:e2e_request_latency_seconds_count"))?.[1] as number;
    this.#lines = pairs.map(([name, value]) => ({ name, value, growth: grows.test(name) ? value / served : 0 }));
  }

  page({ requests, running, seconds }: Load): string {
    let text = "";
    for (const { name, value, growth } of this.#lines) {
      text += `${name} ${this.#known(name, { requests, running, seconds }) ?? (growth === 0 ? value : growth * requests)}\n`;
    }
    return text;
  }

  /** What the rows tell, too, must agree with them. */
  #known(name: string, { requests, running, seconds }: Load): number | null {
    if (name.startsWith("vllm:prompt_tokens_total{")) return requests * this.#promptTokens;
    if (name.startsWith("vllm:generation_tokens_total{")) return requests * this.#outputTokens;
    if (name.startsWith("vllm:num_requests_running{")) return running;
    if (name.startsWith("vllm:kv_cache_usage_perc{")) return Math.min(0.95, running / 1000);
    return name === "process_cpu_seconds_total" ? 0.4 * seconds : null;
  }
}
