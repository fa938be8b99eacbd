import type { Stage } from "../../harness/plan.ts";
import {
  type ClientHealth,
  type HarnessSummary,
  type Outcome,
  outcomes,
  type StageSummary,
} from "../../harness/recordFormat.ts";
import type { RequestColumns } from "../run.ts";

/** The generator's own summary of each stage, or what its rows tell where it left none; `odd`: where the two differ. */
export function stageSummaries(
  stages: readonly Stage[],
  summary: HarnessSummary | null,
  columns: RequestColumns,
): { summaries: StageSummary[]; odd: string[] } {
  const odd: string[] = [];
  const fromRows = summariesOfRows(stages, columns);
  const summaries = stages.map((stage, index) => {
    const derived = fromRows[index] as StageSummary;
    const told = summary?.stages[index];
    if (told === undefined) return derived;
    if (told.sent !== derived.sent) {
      odd.push(`stage ${stage.name}: the generator sent ${told.sent} requests, requests.bin holds ${derived.sent}`);
    }
    // The rows are the truth that is analysed, so that outcomes always add up to the requests sent.
    return { ...told, sent: derived.sent, outcomes: derived.outcomes };
  });
  return { summaries, odd };
}

/** Nothing is known of a generator that wrote no summary. */
const unknownHealth: ClientHealth = {
  cpu: Number.NaN,
  eventLoopLagP99Ms: Number.NaN,
  eventLoopLagMaxMs: Number.NaN,
  dispatchLagP50Ms: null,
  dispatchLagP99Ms: null,
  maxRssMb: Number.NaN,
};

function summariesOfRows(stages: readonly Stage[], columns: RequestColumns): StageSummary[] {
  const windows = stages.map(() => ({ start: Number.POSITIVE_INFINITY, lastSend: 0, drained: 0 }));
  const counts = stages.map(() => new Float64Array(outcomes.length));
  for (let row = 0; row < columns.length; row++) {
    const stage = columns.stage[row] as number;
    const window = windows[stage] as (typeof windows)[number];
    const scheduled = columns.scheduledMs[row] as number;
    window.start = Math.min(window.start, scheduled);
    window.lastSend = Math.max(window.lastSend, scheduled);
    window.drained = Math.max(window.drained, columns.endMs[row] as number);
    const count = counts[stage] as Float64Array;
    (count[columns.outcome[row] as number] as number)++;
  }
  return stages.map((stage, index): StageSummary => {
    const { start, lastSend, drained } = windows[index] as (typeof windows)[number];
    const count = counts[index] as Float64Array;
    const sent = count.reduce((sum, n) => sum + n, 0);
    const limit = "seconds" in stage.stop ? start + stage.stop.seconds * 1000 : lastSend;
    return {
      name: stage.name,
      status: sent === 0 ? "skipped" : "partial",
      startMs: sent === 0 ? 0 : start,
      endMs: sent === 0 ? 0 : Math.min(limit, drained),
      drainedMs: drained,
      sent,
      outcomes: Object.fromEntries(outcomes.map((name, i) => [name, count[i]])) as Record<Outcome, number>,
      client: unknownHealth,
      gapCv: null,
    };
  });
}
