import type { HarnessPlan, Stage } from "../../harness/plan.ts";

export const fixedLength = (value: number) => ({ type: "fixed", value }) as const;

/** A small chat plan; deadlines short enough for tests. */
export function testPlan(baseUrl: string, changes: Partial<HarnessPlan> = {}): HarnessPlan {
  return {
    formatVersion: 1,
    runId: "test",
    target: { name: "test", baseUrl, model: "m", apiKeyEnv: null },
    seed: 1,
    api: "chat",
    stream: true,
    ignoreEos: true,
    extraBody: {},
    data: {
      type: "synthetic",
      form: "text",
      inputTokens: fixedLength(8),
      outputTokens: fixedLength(3),
      sharedPrefix: null,
    },
    warmup: null,
    stages: [closed(1, 1)],
    deadlines: { connectMs: 2000, firstTokenMs: 2000, betweenTokensMs: 2000, totalMs: 5000 },
    ...changes,
  };
}

export function closed(concurrency: number, requests: number): Stage {
  return { name: `c=${concurrency}`, load: { type: "concurrency", concurrency }, stop: { requests } };
}
