import type { Gate } from "./gate.ts";

/** The gate over files that cannot be read: nothing is known of any system, which no further repetition would change. */
export function damaged(baseline: string, candidate: string, problem: string): Gate {
  const check = { kind: "trust", name: "readable", outcome: "error", text: problem } as const;
  return {
    verdict: "invalid",
    baseline,
    candidate,
    simulated: false,
    systems: [{ name: "results", verdict: "invalid", checks: [check], notes: [] }],
  };
}
