import type { VllmBenchmarkProfile } from "./vllmBenchmarkFlags.ts";

/** One process of `vllm bench serve`: it runs one load and ends. */
export interface BenchLoad {
  readonly name: string;
  readonly concurrency: number | null;
  /** null: as fast as the concurrency allows, or all at once. */
  readonly requestsPerSecond: number | null;
  readonly requests: number;
}

/** vllm/benchmarks/datasets/datasets.py@v0.26.0, DEFAULT_NUM_PROMPTS. */
const defaultRequests = 1000;

/**
 * The loads of a profile, in order: every rate with every concurrency, rates outermost.
 * @throws Error where `num-prompts` is a list that has not one entry per load
 */
export function benchLoads(profile: VllmBenchmarkProfile): BenchLoad[] {
  const rates = list(profile["request-rate"] ?? "inf");
  const concurrencies = list(profile["max-concurrency"] ?? null);
  const pairs = rates.flatMap((rate) => concurrencies.map((concurrency) => ({ rate, concurrency })));
  const requests = list(profile["num-prompts"] ?? defaultRequests);
  if (requests.length !== 1 && requests.length !== pairs.length) {
    const loads = `${pairs.length} load${pairs.length === 1 ? "" : "s"}`;
    throw new Error(
      `num-prompts is a list of ${requests.length} for ${loads}: give one number, or one for each load (every request-rate with every max-concurrency)`,
    );
  }
  return pairs.map(({ rate, concurrency }, index) => {
    const requestsPerSecond = rate === "inf" ? null : rate;
    const count = requests.length === 1 ? (requests[0] as number) : (requests[index] as number);
    return {
      name: loadName(profile, requestsPerSecond, concurrency, count),
      concurrency,
      requestsPerSecond,
      requests: count,
    };
  });
}

function loadName(
  { burstiness = 1, ...profile }: VllmBenchmarkProfile,
  rate: number | null,
  concurrency: number | null,
  requests: number,
): string {
  const limit = concurrency === null ? "" : `, at most ${concurrency} in flight`;
  const strategy = profile["ramp-up-strategy"];
  if (strategy !== undefined) {
    return `${strategy} ramp ${profile["ramp-up-start-rps"]}/s to ${profile["ramp-up-end-rps"]}/s${limit}`;
  }
  if (rate !== null) return `${burstiness === 1 ? "poisson" : `gamma (burstiness ${burstiness})`} ${rate}/s${limit}`;
  return concurrency === null ? `all ${requests} at once` : `concurrency ${concurrency}`;
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
