import { z } from "zod";

/*
 * The `data` section of inference-perf's config: inference_perf/config/datagen/*.py and config/common.py @v0.6.1. There an unknown key is
 * silently ignored (inference-perf#335); here it is an error.
 */
const count = z.int().min(1);
const text = z.string().min(1);

/** Tokens. What a profile leaves out is 10, 1024, 512 and 200, whatever the others say. */
export const distribution = z
  .strictObject({
    type: z.enum(["normal", "skew_normal", "lognormal", "uniform", "poisson", "fixed"]).describe("Default: normal."),
    min: z.int().min(0).describe("Default: 10."),
    max: z.int().min(0).describe("Default: 1024."),
    mean: z.number().describe("Default: 512."),
    std_dev: z.number().min(0).describe("Default: 200."),
    variance: z.number().min(0).nullable().describe("Instead of std_dev, which must then be 0."),
    skew: z.number().describe("Of skew_normal."),
    total_count: count.nullable().describe("Lengths that are drawn; raised to what the largest stage needs."),
  })
  .partial()
  .superRefine((given, context) => {
    const { type = "normal", min = 10, max = 1024, mean = 512, std_dev = 200, variance } = given;
    const wrong = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
    if (min > max) wrong("min", `it is above max (${max}; 1024 where a profile leaves it out)`);
    // common.py takes the default of std_dev for a value that was given.
    if (variance != null && std_dev > 0)
      wrong("variance", "the tool wants std_dev: 0 beside it, its default of 200 counts");
    if (type === "normal" && (mean < min || mean > max))
      wrong("mean", `it is outside min to max (${min} to ${max}), and the tool stops at that`);
  });
export type Distribution = z.output<typeof distribution>;

const tokens = z.union([count, distribution]);
const placement = z.union([z.number().min(0).max(1), distribution]).nullable();

/** config/datagen/multimodal.py */
const resolution = z.union([z.enum(["4k", "1080p", "720p", "360p"]), z.strictObject({ height: count, width: count })]);
const weight = z.number().min(0);
const videoProfile = z.strictObject({ resolution, frames: count });
const media = { count: distribution.nullish(), insertion_point: placement.optional() };
const multimodal = z
  .strictObject({
    image: z
      .strictObject({
        ...media,
        resolutions: z
          .union([resolution, z.array(z.strictObject({ resolution, weight: weight.optional() })).min(1)])
          .nullish(),
        representation: z.enum(["png", "jpeg"]).optional(),
      })
      .nullable(),
    video: z
      .strictObject({
        ...media,
        profiles: z
          .union([videoProfile, z.array(z.strictObject({ profile: videoProfile, weight: weight.optional() })).min(1)])
          .nullish(),
        representation: z.enum(["mp4", "png_frames", "jpeg_frames"]).optional(),
      })
      .nullable(),
    audio: z
      .strictObject({
        ...media,
        durations: z
          .union([z.number().gt(0), z.array(z.strictObject({ duration: z.number().gt(0), weight: weight.optional() }))])
          .nullish(),
      })
      .nullable(),
  })
  .partial();

/** Both names of the first two are read, by alias. */
const sharedPrefix = z
  .strictObject({
    num_groups: count,
    num_unique_system_prompts: count,
    num_prompts_per_group: count,
    num_users_per_system_prompt: count,
    system_prompt_len: tokens,
    question_len: tokens,
    output_len: tokens,
    question_distribution: distribution.nullable(),
    output_distribution: distribution.nullable(),
    seed: z.int().nullable(),
    enable_multi_turn_chat: z.boolean(),
    multimodal: multimodal.nullable(),
  })
  .partial();

/** config/datagen/replay.py */
export const trace = z.strictObject({ file: text, format: z.literal("AzurePublicDataset").optional() });

const conversationReplay = z
  .strictObject({
    seed: z.int(),
    num_conversations: count,
    shared_system_prompt_len: z.int().min(0),
    dynamic_system_prompt_len: distribution.nullable(),
    turns_per_conversation: distribution.nullable(),
    input_tokens_per_turn: distribution.nullable(),
    output_tokens_per_turn: distribution.nullable(),
    tool_call_latency_sec: distribution.nullable().describe("Seconds; the turn holds its session for so long."),
    max_model_len: count.nullable(),
  })
  .partial();

const sessionReplay = {
  use_static_model: z.boolean(),
  static_model_name: z.string(),
  model_mapping: z.record(z.string(), z.string()).nullable(),
  default_max_tokens: count,
  override_tool_call_max_tokens: z.boolean(),
  inject_random_session_id: z.boolean(),
  duplicate_sessions_target: count.nullable(),
  max_wait_ms: z.int().min(0),
  include_errors: z.boolean(),
  skip_invalid_files: z.boolean(),
  trace_directory: text.nullable(),
  trace_files: z.array(text).nullable(),
  hf_dataset_path: z.union([text, z.record(z.string(), z.unknown())]).nullable(),
};
const otelTraceReplay = z
  .strictObject({
    ...sessionReplay,
    filter: text.nullable().describe("Python, run by eval(): take none from others."),
    disable_output_substitution: z.boolean(),
    attribute_to_header_map: z.record(z.string(), z.string()).nullable(),
    attribute_to_label_map: z.record(z.string(), z.string()).nullable(),
    bad_tool_call_handling: z.enum(["none", "use_recorded"]),
  })
  .partial();
const wekaTraceReplay = z
  .strictObject({
    ...sessionReplay,
    trace_idle_gap_cap_seconds: z.number().min(0),
    ignore_trace_delays: z.boolean(),
    use_think_time_only: z.boolean(),
    default_block_size: count,
    num_dataset_entries: count,
  })
  .partial();

/** config/datagen/visionarena.py */
const visionarena = z
  .strictObject({
    hf_dataset_name: text,
    hf_split: text,
    hf_data_files: text.nullable(),
    num_rows: count,
    max_images_per_request: count,
    insertion_point: placement,
  })
  .partial();

export const dataTypes = [
  "mock",
  "shareGPT",
  "synthetic",
  "random",
  "shared_prefix",
  "cnn_dailymail",
  "infinity_instruct",
  "billsum_conversations",
  "otel_trace_replay",
  "weka_trace_replay",
  "conversation_replay",
  "visionarena",
] as const;

export const data = z.strictObject({
  type: z.enum(dataTypes),
  path: text.nullish().describe("Of the ShareGPT file; without it the dataset is downloaded."),
  corpus_file_path: text.nullish().describe("Text from which prompts are cut."),
  input_distribution: distribution.nullish(),
  output_distribution: distribution.nullish(),
  shared_prefix: sharedPrefix.nullish(),
  multimodal: multimodal.nullish(),
  trace: trace.nullish(),
  otel_trace_replay: otelTraceReplay.nullish(),
  weka_trace_replay: wekaTraceReplay.nullish(),
  conversation_replay: conversationReplay.nullish(),
  visionarena: visionarena.nullish(),
});
