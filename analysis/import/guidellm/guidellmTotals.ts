import { type Outcome, outcomes } from "../../../harness/recordFormat.ts";
import type { StageWindow } from "../../run.ts";
import { countOf, numberOf, objectOf, valueAt } from "../json/looseJson.ts";
import type { StageConfig } from "./guidellmStages.ts";

/**
 * Stages by guidellm's own totals, where its lists hold a part of the requests only. `start_time` and `duration` are of the measured part
 * (benchmark/schemas/benchmark.py, v0.5.4 to v0.8.1); loads without them are laid end to end.
 */
export function withoutRows(
  stages: readonly StageConfig[],
  benchmarks: readonly unknown[],
): { summaries: readonly StageWindow[]; columns: null; startMs: number | null } {
  const starts = benchmarks.map((benchmark) => numberOf(objectOf(benchmark).start_time) * 1000);
  const first = starts[0] as number;
  const startMs = first > 0 && first < 8e15 ? first : null;
  let drainedMs = 0;
  const summaries = stages.map(({ plan }, index): StageWindow => {
    const benchmark = benchmarks[index];
    const total = objectOf(valueAt(benchmark, "metrics", "request_totals"));
    const count = (key: string) => Math.max(0, countOf(total[key]));
    const seconds = numberOf(objectOf(benchmark).duration);
    const since = (starts[index] as number) - first;
    const begunMs = startMs !== null && since >= drainedMs && since < 1e12 ? since : drainedMs;
    drainedMs = begunMs + (seconds > 0 && seconds < 1e9 ? seconds * 1000 : 0);
    const none = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>;
    const counts = { ok: count("successful"), streamError: count("errored"), cancelled: count("incomplete") };
    const sent = counts.ok + counts.streamError + counts.cancelled;
    return {
      name: plan.name,
      status: sent === 0 ? "skipped" : "complete",
      startMs: begunMs,
      endMs: drainedMs,
      drainedMs,
      sent,
      // Why requests failed is told of the listed ones only.
      outcomes: { ...none, ...counts },
      client: null,
      gapCv: null,
    };
  });
  return { summaries, columns: null, startMs };
}
