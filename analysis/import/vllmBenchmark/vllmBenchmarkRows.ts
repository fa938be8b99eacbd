import { type Outcome, outcomes } from "../../../harness/recordFormat.ts";
import { addGap, newSketch } from "../../itlSketch.ts";
import type { ErrorCount, RequestColumns } from "../../run.ts";
import { FailureCauses } from "../failureCauses.ts";
import { RowCollector } from "../rowCollector.ts";
import type { BenchFile } from "./vllmBenchmarkFile.ts";

const OK = outcomes.indexOf("ok");
const EMPTY = outcomes.indexOf("empty");

/** What one load's rows tell, in seconds on the file's own clock. */
export interface BenchRows {
  readonly bench: BenchFile;
  readonly outcome: Uint8Array;
  readonly status: Uint16Array;
  readonly firstStart: number;
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
  const counts = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>;
  const itl = newSketch();
  let [firstStart, lastEnd] = [Number.POSITIVE_INFINITY, 0];
  let gap = 0;
  for (let i = 0; i < requests; i++) {
    const failure = errors.get(i) ?? null;
    // Some failures have no text: a request that is fine has a first token.
    outcome[i] = failure !== null ? outcomes.indexOf(failure.outcome) : ttfts.at(i) > 0 ? OK : EMPTY;
    status[i] = failure?.status ?? (outcome[i] === OK ? 200 : 0);
    counts[outcomes[outcome[i] as number] as Outcome]++;
    const until = gap + gapCounts.at(i);
    if (outcome[i] === OK) for (; gap < until; gap++) addGap(itl, Math.round(gaps.at(gap) * 1e6));
    gap = until;
    firstStart = Math.min(firstStart, starts.at(i));
    lastEnd = Math.max(lastEnd, endOf(bench, i));
  }
  return { bench, outcome, status, firstStart, lastEnd, counts, itl };
}

/** The last chunk, or the end where the file tells it (a failed request's latency is 0 there). */
function endOf({ lists, gapSums }: BenchFile, i: number): number {
  const start = lists.start_times?.at(i) as number;
  const last = (lists.ttfts?.at(i) as number) + gapSums.at(i);
  return start + Math.max(last, lists.latencies?.at(i) ?? 0);
}

/**
 * Rows of all loads on one clock, from the first intended send on.
 * @param offsets of each load's clock: seconds to take from its times  @param closed loads without intended times
 */
export function requestColumns(
  loads: readonly BenchRows[],
  offsets: readonly number[],
  closed: ReadonlySet<number>,
): RequestColumns {
  const rows = new RowCollector();
  loads.forEach(({ bench, outcome, status }, stage) => {
    const { start_times, ttfts, queue_times, input_lens, output_lens } = bench.lists;
    for (let i = 0; i < bench.requests; i++) {
      const ok = outcome[i] === OK;
      const start = start_times?.at(i) as number;
      const sentMs = (start - (offsets[stage] as number)) * 1000;
      const first = ttfts?.at(i) as number;
      const outputTokens = ok ? (output_lens?.at(i) ?? 0) : 0;
      rows.add({
        stage,
        outcome: outcomes[outcome[i] as number] as Outcome,
        streamed: true,
        // The file does not tell whether output_lens is the server's usage or the tokenizer's count; it is no count of chunks.
        outputFromUsage: false,
        scheduledMs: closed.has(stage) ? sentMs : sentMs - 1000 * (queue_times?.at(i) ?? 0),
        sentMs,
        firstTokenMs: first > 0 ? sentMs + first * 1000 : Number.NaN,
        lastTokenMs: first > 0 ? sentMs + (first + bench.gapSums.at(i)) * 1000 : Number.NaN,
        // When a failure was noticed is not kept.
        endMs: ok ? sentMs + (endOf(bench, i) - start) * 1000 : Number.NaN,
        promptTokensAsked: -1,
        outputTokensAsked: -1,
        // Of a failed request they are what was asked for, and 0.
        promptTokens: ok ? (input_lens?.at(i) ?? -1) : -1,
        outputTokens: outputTokens > 0 ? outputTokens : -1,
        cachedTokens: -1,
        events: first > 0 ? bench.gapCounts.at(i) + 1 : 0,
        status: status[i] as number,
      });
    }
  });
  return rows.finish(rows.length === 0 ? 0 : rows.firstMs, closed);
}

export function errorCounts(loads: readonly BenchFile[]): ErrorCount[] {
  const causes = new FailureCauses();
  loads.forEach(({ errors }, stage) => {
    for (const failure of errors.values()) causes.add(stage, failure);
  });
  return causes.counts;
}
