import { z } from "zod";
import { data, trace } from "./inferencePerfData.ts";

/*
 * inference-perf's config: inference_perf/config/**.py @v0.6.1, every default left to the tool. What it would only say when it runs
 * (main.py, datagen/*.py) is an error here.
 */
const count = z.int().min(1);
const text = z.string().min(1);

/** Logged by the tool and copied into its results. */
const secret = (instead: string) =>
  z
    .any()
    .refine(
      (value) => value === undefined || value === null,
      `a profile lies in files and reports, where no secret may be: ${instead}`,
    )
    .optional();

/** config/apis/config.py */
const api = z
  .strictObject({
    type: z.enum(["completion", "chat", "anthropic_messages"]).describe("Default: completion."),
    streaming: z.boolean().describe("Default: false."),
    headers: z.record(z.string(), z.string()).nullable(),
    slo_unit: text.nullable(),
    slo_tpot_header: text.nullable(),
    slo_ttft_header: text.nullable(),
    response_format: z
      .strictObject({
        type: z.enum(["json_schema", "json_object"]).optional(),
        name: text.optional(),
        json_schema: z.record(z.string(), z.unknown()).nullish(),
      })
      .nullable(),
    session_id_header_key: text.nullable(),
  })
  .partial()
  .superRefine(({ headers }, context) => {
    const names = Object.keys(headers ?? {}).filter((name) => /^(authorization|x-api-key|cookie)$/i.test(name));
    for (const name of names)
      context.addIssue({
        code: "custom",
        path: ["headers", name],
        message: "a profile lies in files and reports, where no secret may be: use apiKeys of the scenario",
      });
  });

/** config/loadgen/config.py */
const rateStage = z.strictObject({
  rate: z.number().gt(0).describe("Requests per second."),
  duration: count.describe("Seconds."),
});
const concurrentStage = z.strictObject({ num_requests: count, concurrency_level: count });
const sessionStage = z.strictObject({
  concurrent_sessions: z.int().min(0).describe("0: all at once."),
  session_rate: z.number().gt(0).nullish().describe("Sessions started per second."),
  num_sessions: count.nullish(),
  timeout: z.number().gt(0).nullish().describe("Seconds."),
});
const sweep = z.strictObject({
  type: z.enum(["geometric", "linear"]),
  num_requests: count.optional().describe("Sent at once to find the limit. Default: 2000."),
  timeout: z.number().gt(0).optional().describe("Seconds for these. Default: 60."),
  num_stages: count.optional().describe("Default: 5."),
  stage_duration: count.optional().describe("Seconds. Default: 180."),
  saturation_percentile: z.number().min(0).max(100).optional().describe("Default: 95."),
});
const everyLoad = {
  interval: z.number().min(0).optional().describe("Seconds between stages. Default: 1."),
  num_workers: z
    .int()
    .min(0)
    .optional()
    .describe("Processes. Default: one per CPU of the node, whatever the pod may use."),
  worker_max_concurrency: z.int().min(0).optional().describe("In flight per process; more wait. Default: 100."),
  worker_max_tcp_connections: count.optional(),
  circuit_breakers: z.array(text).optional(),
  request_timeout: z.number().gt(0).nullish().describe("Seconds. Default: aiohttp's 300."),
  lora_traffic_split: z.array(z.strictObject({ name: text, split: z.number().min(0).max(1) })).nullish(),
  base_seed: z.int().min(0).optional().describe("Default: the scenario's seed."),
};
const load = z.union([
  z.strictObject({
    type: z.enum(["constant", "poisson", "trace_replay"]).optional().describe("Default: constant."),
    stages: z.array(rateStage).optional(),
    sweep: sweep.nullish(),
    trace: trace.nullish(),
    ...everyLoad,
  }),
  z.strictObject({ type: z.literal("concurrent"), stages: z.array(concurrentStage).min(1), ...everyLoad }),
  z.strictObject({ type: z.literal("trace_session_replay"), stages: z.array(sessionStage).min(1), ...everyLoad }),
]);

/** config/client/modelserver/config.py; the endpoint and the model are the target's, whatever a profile says. */
const server = z
  .strictObject({
    type: z.enum(["vllm", "sglang", "tgi", "mock"]),
    model_name: text.nullable(),
    base_url: text,
    ignore_eos: z.boolean().describe("Default: true."),
    api_key: secret("use apiKeys of the scenario"),
    cert_path: text.nullable(),
    key_path: text.nullable(),
  })
  .partial();

/** config/reportgen/config.py */
const flag = z.boolean().nullable();
const report = z
  .strictObject({
    request_lifecycle: z
      .strictObject({
        summary: flag,
        per_stage: flag,
        per_request: flag,
        per_adapter: flag,
        per_adapter_stage: flag,
        percentiles: z.array(z.number().min(0).max(100)),
        use_server_output_tokens: z.boolean(),
        max_error_messages: z.int().min(0),
      })
      .partial(),
    prometheus: z.strictObject({ summary: flag, per_stage: flag }).partial().nullable(),
    session_lifecycle: z.strictObject({ summary: flag, per_stage: flag, per_session: flag }).partial(),
    goodput: z
      .strictObject({
        constraints: z
          .strictObject(
            Object.fromEntries(
              ["ttft", "tpot", "itl", "ntpot", "request_latency"].map((name) => [name, z.number().gt(0).optional()]),
            ),
          )
          .optional()
          .describe("Seconds."),
      })
      .nullable(),
  })
  .partial();

/** config/client/filestorage/config.py; read, and replaced by the run's own folder. */
const folder = { path: text.optional(), report_file_prefix: text.nullish() };
const bucket = { ...folder, bucket_name: text };
const storage = z
  .strictObject({
    local_storage: z.strictObject(folder).nullable(),
    google_cloud_storage: z.strictObject(bucket).nullable(),
    simple_storage_service: z
      .strictObject({
        ...bucket,
        endpoint_url: text.nullish(),
        region_name: text.nullish(),
        addressing_style: z.enum(["auto", "virtual", "path"]).nullish(),
      })
      .nullable(),
  })
  .partial();

/** config/metrics/config.py, config/client/server_metrics/config.py */
const metrics = z.strictObject({
  type: z.enum(["prometheus", "default"]),
  prometheus: z
    .strictObject({
      scrape_interval: count.optional(),
      url: text.nullish(),
      filters: z.array(text).optional(),
      google_managed: z.boolean().optional(),
    })
    .nullish(),
});

/** circuit_breaker/config.py, circuit_breaker/triggers/config.py */
const circuitBreaker = z.strictObject({
  name: text,
  metrics: z.strictObject({ matches: z.array(text).min(1), rules: z.array(text).optional() }),
  triggers: z.array(
    z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("consecutive"), threshold: count }),
      z.strictObject({
        type: z.literal("rate_over_window"),
        window_sec: z.number().gt(0),
        threshold: z.number().min(0).max(1),
        min_samples: z.int().min(0).optional(),
      }),
    ]),
  ),
});

/** Kinds of data by what they can send: get_supported_apis of datagen/*.py. */
const completionOnly = ["synthetic", "random", "cnn_dailymail", "conversation_replay"];

export const inferencePerfSchema = z
  .strictObject({
    api: api.optional(),
    data,
    load,
    server: server.optional(),
    tokenizer: z
      .strictObject({
        pretrained_model_name_or_path: text.nullish(),
        trust_remote_code: z.boolean().nullish(),
        token: secret("set HF_TOKEN in the environment"),
      })
      .nullish(),
    report: report.optional(),
    metrics: metrics.nullish(),
    storage: storage.nullish(),
    circuit_breakers: z.array(circuitBreaker).nullish(),
  })
  .superRefine(({ api, data, load }, context) => {
    const wrong = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    const multimodal = data.multimodal != null || data.shared_prefix?.multimodal != null;
    const type = api?.type ?? "completion";
    if (completionOnly.includes(data.type) && !multimodal && type !== "completion")
      wrong(["api", "type"], `data of type ${data.type} goes by api.type completion only`);
    if ((multimodal || data.type === "visionarena") && type !== "chat")
      wrong(["api", "type"], "images, video and audio go by api.type chat only");
    const replayed = data.type === "otel_trace_replay" || data.type === "weka_trace_replay";
    if (replayed !== (load.type === "trace_session_replay"))
      wrong(
        ["load", "type"],
        "trace_session_replay goes with otel_trace_replay and weka_trace_replay data, and with no other",
      );
    if ((data.type === "random" || data.type === "synthetic") && data.trace == null)
      for (const key of ["input_distribution", "output_distribution"] as const)
        if (data[key] == null) wrong(["data", key], `data of type ${data.type} needs it`);
    for (const key of ["shared_prefix", "conversation_replay", "visionarena"] as const)
      if (data.type === key && data[key] == null) wrong(["data", key], `data of type ${key} needs it`);
    const swept = "sweep" in load && load.sweep != null;
    if ((load.stages ?? []).length === 0 && !swept)
      wrong(["load", "stages"], "without stages or a sweep nothing is sent");
    if (load.type === "trace_replay" && load.trace == null)
      wrong(["load", "trace"], "load of type trace_replay needs it");
  });

export type InferencePerfProfile = z.output<typeof inferencePerfSchema>;
