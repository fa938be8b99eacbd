import { z } from "zod";
import { checkShape, pathText } from "../../scenario/schemaProblems.ts";
import { benchmarkSpecs, refusedPath } from "./guidellmBenchmarks.ts";

/*
 * guidellm's scenario file: benchmark/schemas/*.py, benchmark/profiles/*.py, scheduler/constraints/*.py, data/**.py
 * @v0.7.3, every default left to the tool. Its `outputs` are ours, so that the files are where they are looked for.
 */
const count = z.int().min(1);
const positive = z.number().gt(0);
const text = z.string().min(1);
const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)]);
const noSecret = z
  .any()
  .refine(
    (value) => value === undefined || value === null,
    "a profile lies in files and reports, where no secret may be: use apiKeys of the scenario",
  )
  .optional();

const backend = z.strictObject({
  kind: z.literal("openai_http").optional(),
  target: z.string().optional().describe("The run's own target stands in for it."),
  model: z.string().optional(),
  request_format: z.enum(["/v1/completions", "/v1/chat/completions", "/v1/responses"]).optional(),
  api_key: noSecret,
  api_routes: z.record(z.string(), z.string()).optional(),
  timeout: positive.nullish().describe("Seconds for an answer's parts. Default: none."),
  timeout_connect: positive.nullish().describe("Seconds. Default: 5."),
  http2: z.boolean().optional(),
  follow_redirects: z.boolean().optional(),
  verify: z.boolean().optional(),
  validate_backend: z.boolean().optional(),
  stream: z.boolean().optional(),
  extras: z
    .strictObject({
      params: z.record(z.string(), z.unknown()).optional(),
      body: z.record(z.string(), z.unknown()).optional(),
      headers: noSecret,
    })
    .nullish(),
  max_tokens: count.nullish(),
  server_history: z.boolean().optional(),
});

/** A number alone: below 1 a share of the requests, from 1 on seconds or requests. */
const phase = z
  .union([
    z.number().min(0),
    z.strictObject({
      mode: z.enum(["duration", "requests", "prefer_duration", "prefer_requests", "both"]).optional(),
      percent: z.number().min(0).max(1).nullish(),
      value: z.number().min(0).nullish(),
    }),
  ])
  .nullish();
const everyProfile = { rampup_duration: z.number().min(0).optional(), warmup: phase, cooldown: phase };
const rated = { ...everyProfile, rate: oneOrMore(positive).optional(), max_concurrency: count.nullish() };
const profile = z.discriminatedUnion("kind", [
  z.strictObject({ ...everyProfile, kind: z.literal("synchronous") }),
  z.strictObject({ ...everyProfile, kind: z.literal("concurrent"), streams: oneOrMore(count).optional() }),
  z.strictObject({ ...everyProfile, kind: z.literal("throughput"), max_concurrency: count.nullish() }),
  z.strictObject({ ...rated, kind: z.literal("constant") }),
  z.strictObject({ ...rated, kind: z.literal("async") }),
  z.strictObject({ ...rated, kind: z.literal("poisson") }),
  z.strictObject({
    ...everyProfile,
    kind: z.literal("sweep"),
    sweep_size: z.int().min(2).optional().describe("Default: 10."),
    strategy_type: z.enum(["constant", "poisson"]).optional(),
    max_concurrency: count.nullish().describe("Default: 512."),
  }),
]);

const scope = { stopping_scope: z.enum(["current", "all"]).optional() };
const share = z.number().gt(0).lt(1);
const constraint = z.discriminatedUnion("kind", [
  z.strictObject({ ...scope, kind: z.literal("max_duration"), seconds: oneOrMore(positive).optional() }),
  z.strictObject({ ...scope, kind: z.literal("max_requests"), count: oneOrMore(positive).optional() }),
  z.strictObject({ ...scope, kind: z.literal("max_errors"), count: oneOrMore(positive) }),
  z.strictObject({ ...scope, kind: z.literal("max_error_rate"), rate: oneOrMore(share), window: positive.optional() }),
  z.strictObject({
    ...scope,
    kind: z.literal("max_global_error_rate"),
    rate: oneOrMore(share),
    minimum: positive.nullish(),
  }),
  z.strictObject({
    ...scope,
    kind: z.literal("over_saturation"),
    mode: z.enum(["enforce", "monitor"]).optional(),
    min_seconds: z.number().min(0).optional(),
    max_window_seconds: positive.optional(),
    moe_threshold: positive.optional(),
    minimum_ttft: positive.optional(),
    maximum_window_ratio: positive.optional(),
    minimum_window_size: count.optional(),
    confidence: share.optional(),
  }),
]);

const loadKwargs = { load_kwargs: z.record(z.string(), z.unknown()).optional() };
const lengths = {
  prompt_tokens: count,
  prompt_tokens_stdev: count.nullish(),
  prompt_tokens_min: count.nullish(),
  prompt_tokens_max: count.nullish(),
  output_tokens: count.nullish(),
  output_tokens_stdev: count.nullish(),
  output_tokens_min: count.nullish(),
  output_tokens_max: count.nullish(),
};
const data = z.discriminatedUnion("kind", [
  z.strictObject({
    ...loadKwargs,
    ...lengths,
    kind: z.literal("synthetic_text"),
    delay: positive.nullish(),
    delay_stdev: positive.nullish(),
    delay_min: z.number().min(0).nullish(),
    delay_max: positive.nullish(),
    turns: count.optional(),
    prefix_buckets: z
      .array(
        z.strictObject({
          bucket_weight: count.optional(),
          prefix_count: count.optional(),
          prefix_tokens: z.int().min(0).optional(),
        }),
      )
      .nullish(),
  }),
  z.strictObject({ ...loadKwargs, kind: z.enum(["huggingface", "hf"]), source: text }),
  z.strictObject({
    ...loadKwargs,
    kind: z.enum([
      "text_file",
      "csv_file",
      "json_file",
      "parquet_file",
      "arrow_file",
      "hdf5_file",
      "db_file",
      "tar_file",
    ]),
    path: text,
  }),
]);

const free = z.looseObject({ kind: text });

const spec = z.strictObject({
  backend: backend.optional(),
  profile,
  constraints: z.array(constraint).optional(),
  tokenizer: z
    .strictObject({ ...loadKwargs, kind: z.enum(["huggingface_auto", "hf_auto"]).optional(), model: text.nullish() })
    .optional(),
  data: z.array(data).min(1),
  data_column_mapper: free.optional(),
  data_preprocessors: z.array(free).optional(),
  data_finalizer: free.optional(),
  data_loader: z
    .strictObject({
      kind: z.literal("pytorch").optional(),
      samples: z.int().min(-1).optional(),
      shuffle: z.boolean().optional(),
      num_workers: z.int().min(0).optional(),
    })
    .optional(),
  seed: z.strictObject({ kind: z.literal("static").optional(), value: z.int() }).optional(),
  metrics: z
    .strictObject({
      kind: z.literal("generative").optional(),
      sample_size: z.int().min(0).nullish(),
      prefer_response_metrics: z.boolean().optional(),
    })
    .optional(),
});

/** The changes of an entry are checked where they lead to: a misspelt path would be a setting that is not there. */
const entry = z
  .record(z.string(), z.unknown())
  .nullable()
  .meta({ title: 'paths under spec with their values, e.g. {"profile.streams": 8}' });

export const guidellmSchema = z
  .strictObject({
    metadata: z.looseObject({ labels: z.record(z.string(), z.string()).optional() }).optional(),
    spec,
    benchmarks: z.array(entry).min(1).optional().describe("One entry per load."),
  })
  .superRefine((profile, context) => {
    const problem = (index: number, message: string) =>
      context.addIssue({ code: "custom", path: ["benchmarks", index], message });
    const entries = profile.benchmarks ?? [];
    const refused = entries.flatMap((changes, index) =>
      Object.keys(changes ?? {}).flatMap((path) => {
        const reason = refusedPath(path);
        return reason === null ? [] : [{ index, reason }];
      }),
    );
    for (const { index, reason } of refused) problem(index, reason);
    if (entries.length === 0 || refused.length > 0) return;
    const locate = (path: readonly PropertyKey[]) => ({ file: "", key: pathText(path) });
    for (const [index, changed] of benchmarkSpecs(profile.spec, entries).entries()) {
      const checked = checkShape(spec, changed, { locate });
      if ("value" in checked) continue;
      for (const { key, reason, next } of checked.problems)
        problem(index, `with it spec.${key} is wrong (${reason}: ${next.replace(/[.]$/, "")})`);
      // The others have the first one's mistakes too.
      if (index === 0) return;
    }
  });

export type GuidellmProfile = z.infer<typeof guidellmSchema>;
