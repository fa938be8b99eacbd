import type { HarnessPlan, Stage } from "./plan.ts";
import type { Part } from "./progress.ts";
import type { StageSummary } from "./recordFormat.ts";

/** Warm-up is a stage like the others, but for its number and prompts. */
export function warmupStage(warmup: NonNullable<HarnessPlan["warmup"]>): Stage {
  const { requests, concurrency } = warmup;
  return { name: "warm-up", load: { type: "concurrency", concurrency }, stop: { requests } };
}

/** The summary of a stage that was never begun. */
export function skipped(part: Part, nowMs: number): StageSummary {
  const idle = { cpu: 0, eventLoopLagP99Ms: 0, eventLoopLagMaxMs: 0, dispatchLagP50Ms: null, dispatchLagP99Ms: null };
  return {
    name: part.stage.name,
    status: "skipped",
    startMs: nowMs,
    endMs: nowMs,
    drainedMs: nowMs,
    sent: 0,
    outcomes: { ...part.tally.outcomes },
    client: { ...idle, maxRssMb: process.resourceUsage().maxRSS / 1024 },
    gapCv: null,
  };
}
