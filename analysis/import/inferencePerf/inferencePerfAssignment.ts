import { numberOf, valueAt } from "../json/looseJson.ts";
import { readLifecycleRows } from "./inferencePerfHalves.ts";
import type { RowsRead, Span } from "./inferencePerfRows.ts";
import type { FoundStage } from "./inferencePerfStages.ts";

/**
 * Rows name no stage. Stages run one after the other and the tool gathers the rows as they end, so the first `load_summary.count`
 * rows are of the first stage, and so on. Each stage's report says how long it took from its first send to its last answer
 * (benchmark_time_seconds, since 0.5) and to its last send (send_duration), to the last digit: that tells whether this was right.
 * If it was not, the rows are dealt out in order of sending, and compared again.
 */
export async function assignedRows(
  file: string,
  stages: readonly FoundStage[],
): Promise<{ read: RowsRead; problems: readonly string[] }> {
  const all = await readLifecycleRows(file);
  const counts = stageCounts(all.total, stages);
  if (counts === null) {
    const read = all.deal(all.assignment(stages.length, () => -1));
    const problem = `${read.total} request rows cannot be told apart by stage: more than one stage has no report with its count`;
    return { read, problems: [problem] };
  }
  const inFileOrder = all.assignment(stages.length, stageByCounts(counts));
  const wrong = mismatches(inFileOrder.spans, stages, counts);
  if (wrong.length === 0) {
    const read = all.deal(inFileOrder);
    return { read, problems: notes(read, counts) };
  }
  const bySending = all.assignment(stages.length, stageBySending(all.starts(), counts));
  const stillWrong = mismatches(bySending.spans, stages, counts);
  const better = stillWrong.length < wrong.length;
  const read = all.deal(better ? bySending : inFileOrder);
  return { read, problems: [...(better ? stillWrong : wrong), ...notes(read, counts)] };
}

/** Requests of each stage; null where more than one does not tell. */
function stageCounts(total: number, stages: readonly FoundStage[]): number[] | null {
  const counts = stages.map(({ sent, planned, report }) => (sent >= 0 ? sent : report === null ? planned : -1));
  const unknown = counts.flatMap((count, i) => (count < 0 ? [i] : []));
  if (unknown.length === 0) return counts;
  if (unknown.length > 1) return null;
  const known = counts.reduce((sum, count) => sum + Math.max(0, count), 0);
  return counts.map((count) => (count < 0 ? Math.max(0, total - known) : count));
}

function stageByCounts(counts: readonly number[]): (index: number) => number {
  let stage = 0;
  let end = counts[0] ?? 0;
  return (index) => {
    while (stage < counts.length && index >= end) end += counts[++stage] ?? 0;
    return stage < counts.length ? stage : -1;
  };
}

/** @param starts of all elements */
function stageBySending(starts: Float64Array, counts: readonly number[]): (index: number) => number {
  const order = Uint32Array.from(starts.keys()).sort((a, b) => (starts[a] as number) - (starts[b] as number) || a - b);
  const inOrder = stageByCounts(counts);
  const stages = new Int32Array(starts.length);
  for (let rank = 0; rank < order.length; rank++) stages[order[rank] as number] = inOrder(rank);
  return (index) => stages[index] as number;
}

/** Seconds that two sums of the same doubles may differ. */
const TOLERANCE = 1e-5;

function mismatches(spans: readonly Span[], stages: readonly FoundStage[], counts: readonly number[]): string[] {
  return stages.flatMap(({ plan, report }, i) => {
    const span = spans[i] as Span;
    if (report === null || span.count === 0 || span.count !== counts[i]) return [];
    const pairs = [
      ["benchmark_time_seconds", numberOf(report.benchmark_time_seconds), span.lastEnd - span.firstStart],
      ["send_duration", numberOf(valueAt(report, "load_summary", "send_duration")), span.lastStart - span.firstStart],
    ] as const;
    const off = pairs.find(([, told, found]) => Math.abs(told - found) > TOLERANCE);
    if (off === undefined) return [];
    const [key, told, found] = off;
    return [
      `rows and report of stage "${plan.name}" do not fit together (${key} ${told} s, by its rows ${found.toFixed(6)} s): ` +
        "rows may stand in a neighbouring stage",
    ];
  });
}

function notes(read: RowsRead, counts: readonly number[]): string[] {
  const expected = counts.reduce((sum, count) => sum + count, 0);
  const found: string[] = [];
  if (read.cut !== null)
    found.push(`per_request_lifecycle_metrics.json ${read.cut}: ${read.total} of ${expected} rows`);
  else if (read.total !== expected)
    found.push(`per_request_lifecycle_metrics.json has ${read.total} rows, and the stages together sent ${expected}`);
  if (read.beyond > 0) found.push(`${read.beyond} rows belong to no stage and are left out`);
  if (read.withoutTimes > 0) found.push(`${read.withoutTimes} rows have no times that could be true and are left out`);
  if (read.odd > 0)
    found.push(`${read.odd} rows have token times that cannot be true: their TTFT, TPOT and ITL are left out`);
  return found;
}
