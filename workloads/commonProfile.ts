import type { CommonLoad } from "./adapter.ts";

/** The load that every harness can make, as a profile of ours; no warm-up, since not all of the others have one. */
export function commonProfile({ inputTokens, outputTokens, concurrency, requests }: CommonLoad): unknown {
  return {
    description: "A closed loop with fixed lengths, as every harness can make it.",
    api: "chat",
    stream: true,
    ignoreEos: true,
    extraBody: { temperature: 0 },
    data: {
      type: "synthetic",
      form: "text",
      inputTokens: { type: "fixed", value: inputTokens },
      outputTokens: { type: "fixed", value: outputTokens },
    },
    warmup: null,
    stages: { concurrency: [...concurrency], requests },
    deadlines: { connectMs: 10_000, firstTokenMs: 120_000, betweenTokensMs: 60_000, totalMs: 600_000 },
  };
}
