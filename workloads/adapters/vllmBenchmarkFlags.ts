import { z } from "zod";

/*
 * Flags of `vllm bench serve` as a flat map, the way llm-d-benchmark's profiles write them: `ignore-eos: none` is a bare flag.
 * Names and types: vLLM v0.26.0, vllm/benchmarks/serve.py (add_cli_args) and vllm/benchmarks/datasets/datasets.py
 * (add_dataset_parser). Not here, because the run sets them: --base-url and --model are compared with the target, --seed comes
 * from the scenario, the result files from us, and --header would carry keys into files.
 */
const bare = z
  .union([z.literal("none"), z.literal(true), z.null()])
  .describe("none: the flag without a value")
  .meta({ title: "none (a flag without a value)" });
const count = z.int().min(0);
const atLeastOne = z.int().min(1);
const text = z.string().min(1);
const json = z.union([text, z.record(z.string(), z.unknown())]);
const words = z.union([text, z.array(text).min(1)]);
const commaList = z.union([text, z.number(), z.array(z.number()).min(1)]);
/** One load, or several: one process each. */
const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)]);
const rate = z.union([z.number().gt(0), z.literal("inf")]);
const share = z.number().min(0).max(1);

export const backends = ["vllm", "openai", "openai-chat"] as const;
export const datasets = [
  "sharegpt",
  "burstgpt",
  "sonnet",
  "random",
  "random-mm",
  "hf",
  "custom",
  "custom_image",
  "prefix_repetition",
  "spec_bench",
  "speed_bench",
  "timed_trace",
] as const;

export const vllmBenchmarkSchema = z
  .strictObject({
    "base-url": text.describe("Only to say it again: the target's own."),
    model: text.describe("Only to say it again: the name that the target serves."),
    tokenizer: text.describe("Hub id or folder. Default: the model's."),
    "tokenizer-mode": text,
    "trust-remote-code": bare,
    backend: z.enum(backends).describe("openai: completions, openai-chat: chat. Others do not stream tokens."),
    endpoint: text.describe("Default: as the backend needs."),
    label: text,
    "max-concurrency": oneOrMore(atLeastOne).describe("Requests in flight; a list is a sweep, one process each."),
    "request-rate": oneOrMore(rate).describe("Requests per second, or inf; a list is a sweep."),
    "num-prompts": oneOrMore(atLeastOne).describe("Requests; a list has one entry per load of the sweep."),
    burstiness: z.number().gt(0).describe("1: Poisson; else gamma gaps."),
    "ramp-up-strategy": z.enum(["linear", "exponential"]),
    "ramp-up-start-rps": count,
    "ramp-up-end-rps": count,
    "num-warmups": count.describe("Requests before the load, all with its first prompt."),
    "ready-check-timeout-sec": count,
    "dataset-name": z.enum(datasets),
    "dataset-path": text,
    "no-oversample": bare,
    "no-stream": bare,
    "skip-chat-template": bare,
    "disable-shuffle": bare,
    "enable-multimodal-chat": bare,
    "input-len": atLeastOne,
    "output-len": atLeastOne,
    "random-input-len": atLeastOne,
    "random-output-len": atLeastOne,
    "random-range-ratio": z.union([share, text]),
    "random-prefix-len": count,
    "random-batch-size": atLeastOne,
    "random-mm-base-items-per-request": count,
    "random-mm-num-mm-items-range-ratio": share,
    "random-mm-limit-mm-per-prompt": json,
    "random-mm-bucket-config": json,
    "prefix-repetition-prefix-len": atLeastOne,
    "prefix-repetition-suffix-len": atLeastOne,
    "prefix-repetition-num-prefixes": atLeastOne,
    "prefix-repetition-output-len": atLeastOne,
    "sharegpt-output-len": atLeastOne,
    "sonnet-input-len": atLeastOne,
    "sonnet-output-len": atLeastOne,
    "sonnet-prefix-len": count,
    "custom-output-len": z.int().min(-1),
    "spec-bench-output-len": atLeastOne,
    "spec-bench-category": text,
    "speed-bench-dataset-subset": text,
    "speed-bench-output-len": atLeastOne,
    "speed-bench-category": text,
    "hf-name": text,
    "hf-split": text,
    "hf-subset": text,
    "hf-output-len": atLeastOne,
    "self-timed": bare,
    "no-self-timed": bare,
    "timed-trace-chunk-hash-size": atLeastOne,
    "timed-trace-sec-multiplier": z.number().gt(0),
    "timed-trace-label-timestamp": text,
    "timed-trace-label-input-length": text,
    "timed-trace-label-output-length": text,
    "timed-trace-label-hash-ids": text,
    "ignore-eos": bare.describe("Forces the exact output length."),
    "percentile-metrics": text.describe("ttft, tpot, itl and e2el are always asked for."),
    "metric-percentiles": commaList.describe("Those that a report needs are always asked for."),
    goodput: words.describe('Limits in ms, e.g. "ttft:500 tpot:50".'),
    temperature: z.number().min(0),
    "top-p": share,
    "top-k": z.int(),
    "min-p": share,
    "frequency-penalty": z.number(),
    "presence-penalty": z.number(),
    "repetition-penalty": z.number(),
    logprobs: count,
    "use-beam-search": bare,
    "lora-modules": words,
    "lora-assignment": z.enum(["random", "round-robin"]),
    "chat-template-kwargs": json,
    "extra-body": json.describe("Sent in every request, e.g. {temperature: 0}."),
    insecure: bare.describe("Do not check the server's certificate."),
    metadata: words,
  })
  .partial();

export type VllmBenchmarkProfile = z.output<typeof vllmBenchmarkSchema>;

/** Keys that older profiles have and that mean nothing here, with the reason for the warning; null: nothing is worth saying. */
const dropped: Readonly<Record<string, string | null>> = {
  executable: "`vllm bench serve` took the place of benchmark_serving.py",
  seed: "it comes from the scenario, so that runs can be repeated",
  "save-result": null,
  "save-detailed": null,
  "disable-tqdm": null,
  "result-dir": "results go to the run's folder",
  "result-filename": "each load has a file of its own",
};

/** llm-d-benchmark v0.2 wrote some keys with underscores (base_url); its runner takes both. */
export function modernise(values: unknown): { values: unknown; warnings: string[] } {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return { values, warnings: [] };
  const warnings: string[] = [];
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const key = name.replaceAll("_", "-");
    const why = dropped[key];
    if (why === undefined) kept[key] = value;
    else if (why !== null) warnings.push(`${name} is left out: ${why}.`);
  }
  return { values: kept, warnings };
}
