import { z } from "zod";

/*
 * Flags of `aiperf profile` without their two hyphens, as suites write them (config/flags/cli_config.py@0.12.0, aliases in
 * one spelling), those that our rendering knows. A flag without a value is "none" or true.
 */
const count = z.int().min(1);
const length = z.number().gt(0);
const deviation = z.number().min(0);
const bare = z
  .union([z.literal("none"), z.boolean()])
  .transform((value) => value !== false)
  .optional();
const text = z.string().min(1);

/** A number, a list, or "1,2,4": a list is a sweep, one load after the other. */
const sweep = <T extends z.ZodType<number, number>>(one: T) =>
  z
    .union([
      one,
      z.array(one).min(1),
      text
        .regex(/^[\d.]+(\s*,\s*[\d.]+)*$/, "is no number and no list of numbers")
        .transform((list) => list.split(",").map(Number)),
    ])
    .transform((value) => [value].flat())
    .pipe(z.array(one))
    .optional();

const seconds = z.number().gt(0);

export const aiperfSchema = z
  .strictObject({
    model: text.optional().describe("The run's own target stands in for it."),
    url: text.optional(),
    "endpoint-type": z.enum(["chat", "completions"]).optional(),
    endpoint: text.optional().describe("Path, where it is not the usual one."),
    streaming: bare,
    "use-server-token-count": bare,
    "use-legacy-max-tokens": bare,
    "extra-inputs": z.union([text, z.array(text), z.record(z.string(), z.unknown())]).optional(),
    "request-timeout-seconds": seconds.optional(),
    concurrency: sweep(count),
    "request-rate": sweep(length),
    "request-rate-mode": z.enum(["constant", "poisson", "gamma"]).optional().describe("Default: poisson."),
    "request-count": count.optional(),
    "benchmark-duration": seconds.optional(),
    "benchmark-grace-period": z.number().min(0).optional(),
    "warmup-request-count": count.optional(),
    "warmup-concurrency": count.optional(),
    isl: length.optional().describe("Tokens. Default: 550."),
    "isl-stddev": deviation.optional(),
    "isl-min": length.optional(),
    "isl-max": length.optional(),
    osl: length.optional().describe("Tokens. Default: as the model ends."),
    "osl-stddev": deviation.optional(),
    "osl-min": length.optional(),
    "osl-max": length.optional(),
    "num-dataset-entries": count
      .optional()
      .describe("Different prompts, sent again from the first when all were. Default: one per request, warm-up too."),
    "num-prefix-prompts": count.optional(),
    "prefix-prompt-length": count.optional(),
    "shared-system-prompt-length": count.optional(),
    "input-file": text.optional(),
    "custom-dataset-type": z.enum(["single_turn", "multi_turn", "mooncake_trace", "random_pool"]).optional(),
    "public-dataset": text.optional(),
    tokenizer: text.optional(),
    "tokenizer-revision": text.optional(),
    "tokenizer-trust-remote-code": bare,
    "random-seed": z.int().optional(),
    "no-server-metrics": bare,
    "no-gpu-telemetry": bare,
  })
  .superRefine((profile, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (profile["request-count"] === undefined && profile["benchmark-duration"] === undefined)
      problem("request-count", "either this or benchmark-duration says when a load ends");
    if (profile.concurrency === undefined && profile["request-rate"] === undefined)
      problem("concurrency", "either this or request-rate says what the load is");
    if ((profile.concurrency?.length ?? 0) > 1 && (profile["request-rate"]?.length ?? 0) > 1)
      problem("request-rate", "only one of concurrency and request-rate can be a list");
    if (
      profile["benchmark-duration"] !== undefined &&
      profile["request-count"] === undefined &&
      profile["num-dataset-entries"] === undefined &&
      profile["input-file"] === undefined
    )
      problem(
        "benchmark-duration",
        "without num-dataset-entries aiperf sends the same 100 prompts over and over, which a server answers from its prefix cache: set num-dataset-entries to more than one load can send in that time",
      );
  });

export type AiperfProfile = z.infer<typeof aiperfSchema>;
