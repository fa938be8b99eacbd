import { z } from "zod";

/*
 * Workload of fmperf's LMBenchmark wrapper: fmperf/WorkloadSpecs.py, LMBenchmarkWorkload, at 8d85bc3 (2025-07-31, its last commit), with
 * the same defaults. llm-d-benchmark used it until 7e754f29.
 */
const count = z.int().min(0);
const atLeastOne = z.int().min(1);
const text = z.string().min(1);

export const fmperfScenarios = ["sharegpt", "short-input", "long-input", "long-long"] as const;
const scenario = z.enum(fmperfScenarios);

/** Numbers between spaces, as in these files; YAML reads a single one as a number. */
const rates = z
  .union([
    z.number().gt(0),
    z
      .string()
      .regex(/^\s*\d*\.?\d+(\s+\d*\.?\d+)*\s*$/, "requests per second, between spaces")
      .refine(
        (given) =>
          given
            .trim()
            .split(/\s+/)
            .every((rate) => Number(rate) > 0),
        "every rate is above 0",
      ),
  ])
  .meta({ title: 'requests per second between spaces, e.g. "0.5 1 2"' });

/** run_benchmarks.sh takes one scenario from this variable; `all` would be three. */
export const fmperfSchema = z.strictObject({
  model_name: text.optional().describe("Only to say it again: the name that the target serves."),
  base_url: text.optional().describe("Only to say it again: the target's own."),
  scenarios: scenario.default("sharegpt").describe("Only long-input reads the lengths, users and duration below."),
  qps_values: rates.default("0.5 0.67 0.84 1 1.17 1.34"),
  num_users_warmup: count.default(20),
  num_users: atLeastOne.default(15),
  num_rounds: atLeastOne.default(20),
  system_prompt: count.default(1000).describe("Words of the beginning that all share."),
  chat_history: count.default(20000).describe("Words that each user begins with."),
  answer_len: atLeastOne.default(100).describe("Tokens of an answer at most; it may end sooner."),
  init_user_id: count.default(1),
  test_duration: atLeastOne.default(100).describe("Seconds per rate."),
  use_chat_completions: z.boolean().default(true),
  overwrite: z.boolean().optional().describe("Not needed: each run has a folder of its own."),
});

export type FmperfProfile = z.output<typeof fmperfSchema>;

export function ratesOf({ qps_values }: FmperfProfile): readonly string[] {
  return String(qps_values).trim().split(/\s+/);
}
