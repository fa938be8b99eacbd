import { finishReasons, flags, type Outcome, outcomes } from "../../harness/recordFormat.ts";
import { mostFrequent } from "../errorCauses.ts";
import { addGap, newSketch } from "../itlSketch.ts";
import type { ErrorCount, RequestColumns } from "../run.ts";
import type { BenchFile } from "./vllmBenchmarkFile.ts";
import { outcomeOf } from "./vllmBenchmarkOutcome.ts";

const OK = outcomes.indexOf("ok");
const EMPTY = outcomes.indexOf("empty");

/** One load's rows, sorted by the end of each request, in seconds on the file's own clock. */
export interface BenchRows {
  readonly bench: BenchFile;
  readonly order: Uint32Array;
  readonly outcome: Uint8Array;
  readonly status: Uint16Array;
  readonly firstStart: number;
  readonly lastStart: number;
  readonly lastEnd: number;
  readonly counts: Record<Outcome, number>;
  readonly itl: Float64Array;
}

/** @returns null where the file holds no rows, or rows without start times (before v0.15.0) */
export function benchRows(bench: BenchFile): BenchRows | null {
  const { lists, gaps, gapCounts, errors, requests } = bench;
  const { start_times: starts, ttfts } = lists;
  if (starts === null || ttfts === null || requests === 0 || gapCounts.length !== requests) return null;
  const outcome = new Uint8Array(requests);
  const status = new Uint16Array(requests);
  const ends = new Float64Array(requests);
  const counts = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>;
  const itl = newSketch();
  let [firstStart, lastStart, lastEnd] = [Number.POSITIVE_INFINITY, 0, 0];
  let gap = 0;
  for (let i = 0; i < requests; i++) {
    const error = errors.get(i);
    const failure = error === undefined ? null : outcomeOf(error);
    // Some failures have no text: a request that is fine has a first token.
    outcome[i] = failure !== null ? outcomes.indexOf(failure.outcome) : ttfts.at(i) > 0 ? OK : EMPTY;
    status[i] = failure?.status ?? (outcome[i] === OK ? 200 : 0);
    counts[outcomes[outcome[i] as number] as Outcome]++;
    const until = gap + gapCounts.at(i);
    if (outcome[i] === OK) for (; gap < until; gap++) addGap(itl, Math.round(gaps.at(gap) * 1e6));
    gap = until;
    ends[i] = endOf(bench, i);
    firstStart = Math.min(firstStart, starts.at(i));
    lastStart = Math.max(lastStart, starts.at(i));
    lastEnd = Math.max(lastEnd, ends[i] as number);
  }
  const order = Uint32Array.from(ends.keys()).sort((a, b) => (ends[a] as number) - (ends[b] as number));
  return { bench, order, outcome, status, firstStart, lastStart, lastEnd, counts, itl };
}

/** The last chunk, or the end where the file tells it (a failed request's latency is 0 there). */
function endOf({ lists, gapSums }: BenchFile, i: number): number {
  const start = lists.start_times?.at(i) as number;
  const last = (lists.ttfts?.at(i) as number) + gapSums.at(i);
  return start + Math.max(last, lists.latencies?.at(i) ?? 0);
}

/** @param offsets of each load's clock: seconds to take from its times; null: a load without rows */
export function requestColumns(loads: readonly (BenchRows | null)[], offsets: readonly number[]): RequestColumns {
  const length = loads.reduce((sum, rows) => sum + (rows?.order.length ?? 0), 0);
  const floats = () => new Float64Array(length).fill(Number.NaN);
  const unknown = () => new Int32Array(length).fill(-1);
  const columns = {
    length,
    request: new Uint32Array(length),
    stage: new Uint16Array(length),
    outcome: new Uint8Array(length),
    flags: new Uint8Array(length),
    scheduledMs: floats(),
    sentMs: floats(),
    firstTokenMs: floats(),
    lastTokenMs: floats(),
    endMs: floats(),
    promptTokensAsked: unknown(),
    outputTokensAsked: unknown(),
    promptTokens: unknown(),
    outputTokens: unknown(),
    cachedTokens: unknown(),
    events: new Uint32Array(length),
    status: new Uint16Array(length),
    finishReason: new Uint8Array(length).fill(finishReasons.indexOf("none")),
  };
  let row = 0;
  let before = 0;
  loads.forEach((load, stage) => {
    if (load === null) return;
    const { bench, order, outcome, status } = load;
    const { start_times, ttfts, queue_times, input_lens, output_lens } = bench.lists;
    for (const i of order) {
      const ok = outcome[i] === OK;
      const sent = Math.max(0, (start_times?.at(i) as number) - (offsets[stage] as number)) * 1000;
      const first = ttfts?.at(i) as number;
      columns.request[row] = before + i;
      columns.stage[row] = stage;
      columns.outcome[row] = outcome[i] as number;
      // The file does not tell whether output_lens is the server's usage or the tokenizer's count; it is no count of chunks.
      columns.flags[row] = flags.streamed | (ok ? flags.outputFromUsage : 0);
      columns.sentMs[row] = sent;
      columns.scheduledMs[row] = Math.max(0, sent - 1000 * (queue_times?.at(i) ?? 0));
      columns.firstTokenMs[row] = first > 0 ? sent + first * 1000 : Number.NaN;
      columns.lastTokenMs[row] = first > 0 ? sent + (first + bench.gapSums.at(i)) * 1000 : Number.NaN;
      // When a failure was noticed is not kept.
      columns.endMs[row] = ok ? sent + (endOf(bench, i) - (start_times?.at(i) as number)) * 1000 : Number.NaN;
      // Of a failed request they are what was asked for, and 0.
      if (ok) columns.promptTokens[row] = input_lens?.at(i) ?? -1;
      if (ok && (output_lens?.at(i) ?? 0) > 0) columns.outputTokens[row] = output_lens?.at(i) as number;
      columns.events[row] = first > 0 ? bench.gapCounts.at(i) + 1 : 0;
      columns.status[row] = status[i] as number;
      row++;
    }
    before += order.length;
  });
  return columns;
}

export function errorCounts(loads: readonly BenchFile[]): ErrorCount[] {
  const causes = new Map<string, { -readonly [K in keyof ErrorCount]: ErrorCount[K] }>();
  loads.forEach(({ errors }, stage) => {
    for (const text of errors.values()) {
      const { outcome, status, message } = outcomeOf(text);
      const key = `${stage} ${outcome} ${status} ${message.replaceAll(/\d+/g, "0")}`;
      const seen = causes.get(key);
      if (seen === undefined) causes.set(key, { stage, outcome, status, message, count: 1 });
      else seen.count++;
    }
  });
  return mostFrequent([...causes.values()], ({ stage, outcome }) => `${stage} ${outcome}`);
}
