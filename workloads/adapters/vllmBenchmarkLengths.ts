import type { VllmBenchmarkProfile } from "./vllmBenchmarkFlags.ts";

/**
 * The longest prompt and answer of a profile, in tokens; null where the data set decides. Defaults and meaning:
 * vllm/benchmarks/datasets/datasets.py@v0.26.0 (add_random_dataset_base_args, add_dataset_parser), serve.py (main_async:
 * --input-len and --output-len win over those of a data set).
 */
export function longestOf(profile: VllmBenchmarkProfile): { input: number; output: number } | null {
  const { "input-len": input, "output-len": output } = profile;
  switch (profile["dataset-name"] ?? "random") {
    case "random": {
      const ratio = rangeRatio(profile["random-range-ratio"] ?? 0);
      if (ratio === null) return null;
      const prompt = Math.ceil((input ?? profile["random-input-len"] ?? 1024) * (1 + ratio.input));
      const prefix = profile["random-prefix-len"] ?? 0;
      return {
        input: (prefix + prompt) * (profile["random-batch-size"] ?? 1),
        output: Math.ceil((output ?? profile["random-output-len"] ?? 128) * (1 + ratio.output)),
      };
    }
    case "prefix_repetition":
      return {
        input: (profile["prefix-repetition-prefix-len"] ?? 256) + (profile["prefix-repetition-suffix-len"] ?? 256),
        output: output ?? profile["prefix-repetition-output-len"] ?? 128,
      };
    case "sonnet":
      return {
        input: input ?? profile["sonnet-input-len"] ?? 550,
        output: output ?? profile["sonnet-output-len"] ?? 150,
      };
    default:
      return null;
  }
}

/** A number, or JSON such as {"input": 0.3, "output": 0.5}. */
function rangeRatio(value: number | string): { input: number; output: number } | null {
  let parsed: unknown = value;
  try {
    if (typeof value === "string") parsed = JSON.parse(value);
  } catch {
    return null;
  }
  if (typeof parsed === "number") return { input: parsed, output: parsed };
  if (typeof parsed !== "object" || parsed === null) return null;
  const { input, output } = parsed as Record<string, unknown>;
  return typeof input === "number" && typeof output === "number" ? { input, output } : null;
}
