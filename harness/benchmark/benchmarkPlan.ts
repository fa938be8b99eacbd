import type { HarnessPlan } from "../plan.ts";

/** The workload of all benchmarks: chat, streamed, 32 words in. */
export function benchmarkPlan(origin: string, outputTokens: number, stages: HarnessPlan["stages"]): HarnessPlan {
  return {
    formatVersion: 1,
    runId: "benchmark",
    target: { name: "benchmark", baseUrl: origin, model: "tiny/llama", apiKeyEnv: null },
    seed: 1,
    api: "chat",
    stream: true,
    ignoreEos: true,
    extraBody: { temperature: 0 },
    data: {
      type: "synthetic",
      form: "text",
      inputTokens: { type: "fixed", value: 32 },
      outputTokens: { type: "fixed", value: outputTokens },
      sharedPrefix: null,
    },
    warmup: null,
    stages,
    deadlines: { connectMs: 10_000, firstTokenMs: 60_000, betweenTokensMs: 60_000, totalMs: 600_000 },
  };
}

export function concurrencyStage(concurrency: number, requests: number) {
  const load = { type: "concurrency", concurrency } as const;
  return { name: `c=${concurrency}`, load, stop: { requests } };
}
