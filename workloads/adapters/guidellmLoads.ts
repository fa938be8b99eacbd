import type { PlannedStage } from "../adapter.ts";
import { benchmarkSpecs } from "./guidellmBenchmarks.ts";
import type { GuidellmProfile } from "./guidellmSchema.ts";

type Spec = GuidellmProfile["spec"];

/** The loads of a profile in order: each entry of `benchmarks`, and in each every value of a list. */
export function guidellmLoads({ spec, benchmarks }: GuidellmProfile): PlannedStage[] {
  return benchmarkSpecs(spec, benchmarks).flatMap(loadsOf);
}

function loadsOf({ profile, constraints = [] }: Spec): PlannedStage[] {
  return namesOf(profile).map((name, index) => {
    const at = (value: number | number[] | undefined) =>
      Array.isArray(value) ? (value[index] ?? value.at(-1) ?? null) : (value ?? null);
    const seconds = constraints.flatMap((one) => (one.kind === "max_duration" ? [at(one.seconds)] : []));
    const requests = constraints.flatMap((one) => (one.kind === "max_requests" ? [at(one.count)] : []));
    return { name, seconds: smallest(seconds), requests: smallest(requests) };
  });
}

/** Names as the importer gives them. */
function namesOf(profile: Spec["profile"]): string[] {
  const list = (values: number | number[] | undefined) => [values ?? []].flat();
  switch (profile.kind) {
    case "synchronous":
    case "throughput":
      return [profile.kind];
    case "concurrent":
      return list(profile.streams).map((streams) => `concurrency ${streams}`);
    case "sweep": {
      const found = (_: unknown, index: number) => `${profile.strategy_type ?? "constant"}, found rate ${index + 1}`;
      return ["synchronous", "throughput", ...Array.from({ length: (profile.sweep_size ?? 10) - 2 }, found)];
    }
    default: {
      const kind = profile.kind === "async" ? "constant" : profile.kind;
      return list(profile.rate).map((rate) => `${kind} ${Number(rate.toPrecision(4))}/s`);
    }
  }
}

function smallest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Over all entries of `benchmarks`; null: a dataset, whose lengths are not known before. */
export function guidellmLongest({ spec, benchmarks }: GuidellmProfile): { input: number; output: number } | null {
  let longest = { input: 0, output: 0 };
  for (const one of benchmarkSpecs(spec, benchmarks).flatMap(({ data }) => data)) {
    const lengths = longestOfData(one);
    if (lengths === null) return null;
    longest = {
      input: Math.max(longest.input, lengths.input),
      output: Math.max(longest.output, lengths.output),
    };
  }
  return longest;
}

function longestOfData(one: Spec["data"][number]): { input: number; output: number } | null {
  if (one.kind !== "synthetic_text" || !one.output_tokens) return null;
  const output = longestOf(one.output_tokens, one.output_tokens_stdev, one.output_tokens_max);
  const prefix = Math.max(0, ...(one.prefix_buckets ?? []).map(({ prefix_tokens = 0 }) => prefix_tokens));
  const turns = one.turns ?? 1;
  const input = longestOf(one.prompt_tokens, one.prompt_tokens_stdev, one.prompt_tokens_max);
  // Each turn is sent with all turns before it.
  return { input: prefix + turns * input + (turns - 1) * output, output };
}

/** Without a maximum, lengths reach to five standard deviations (utils/random.py@v0.7.3). */
function longestOf(mean: number, stdev: number | null | undefined, max: number | null | undefined): number {
  return max ?? mean + 5 * (stdev ?? 0);
}
