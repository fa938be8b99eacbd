import type { HarnessPlan, Stage } from "../../harness/plan.ts";

/** Closed loops of `step`, 2 `step`, ... connections. */
export function madeUpPlan(runId: string, target: string, step: number, stages: number, tokens: number): HarnessPlan {
  return {
    ...{ formatVersion: 1, runId, seed: 1, api: "chat", stream: true, ignoreEos: true, extraBody: {}, warmup: null },
    target: { name: target, baseUrl: "http://127.0.0.1:1", model: "made/up", apiKeyEnv: null },
    data: {
      ...{ type: "synthetic", form: "text", sharedPrefix: null },
      ...{ inputTokens: { type: "fixed", value: 256 }, outputTokens: { type: "fixed", value: tokens } },
    },
    stages: Array.from(
      { length: stages },
      (_, i): Stage => ({
        name: `c${step * (i + 1)}`,
        load: { type: "concurrency", concurrency: step * (i + 1) },
        stop: { seconds: 600 },
      }),
    ) as unknown as HarnessPlan["stages"],
    deadlines: { connectMs: 1000, firstTokenMs: 1000, betweenTokensMs: 1000, totalMs: 100_000 },
  };
}
