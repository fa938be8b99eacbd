import { outcomes } from "../../harness/recordFormat.ts";
import type { Measured, StageMetrics } from "../analysis.ts";
import { e2e, tpot, ttft } from "../metrics.ts";
import type { StageRows } from "../stageRows.ts";
import { windowWork } from "../throughput.ts";
import type { StageSlo } from "./sloAssessment.ts";
import type { RequestLimits } from "./targets.ts";

const OK = outcomes.indexOf("ok");
const CANCELLED = outcomes.indexOf("cancelled");

export type Goodput = Pick<StageSlo, "goodShare" | "goodRequestsPerSecond" | "goodOutputTokensPerSecond">;

/** What good requests alone did in the window: the same spreading of work as throughput, so that one never exceeds the other. */
export function goodputOf(parts: readonly StageRows[], limits: RequestLimits, pooled: StageMetrics): Goodput {
  const counts = { ok: 0, judged: 0, good: 0, unknown: 0 };
  const work = { windowMs: 0, requests: 0, outputTokens: 0 };
  for (const part of parts) {
    const done = windowWork({ ...part, rows: goodRows(part, limits, counts) });
    work.windowMs += done.windowMs;
    work.requests += done.requests;
    work.outputTokens += done.outputTokens;
  }
  if (counts.unknown > 0) {
    const reason = `${counts.unknown} of ${counts.ok} answers were not streamed, so nobody knows whether they were good`;
    return allNull(reason);
  }
  // Where all were cut off at the stage's end nobody was refused a good answer: a goodput of 0 would say so.
  if (counts.judged === 0) return allNull("every request was cancelled");
  const rate = (amount: number, throughput: Measured): Measured => {
    // A stage of failures only has no throughput, and a goodput of 0.
    if (throughput.value === null && (counts.ok > 0 || work.windowMs <= 0)) return throughput;
    return { value: (1000 * amount) / work.windowMs };
  };
  const failuresUnknown = parts.find((part) => part.failuresUnknown !== null)?.failuresUnknown ?? null;
  return {
    goodShare:
      failuresUnknown !== null ? { value: null, reason: failuresUnknown } : { value: counts.good / counts.judged },
    goodRequestsPerSecond: rate(work.requests, pooled.requestsPerSecond),
    goodOutputTokensPerSecond: rate(work.outputTokens, pooled.outputTokensPerSecond),
  };
}

export function allNull(reason: string): Goodput {
  const none: Measured = { value: null, reason };
  return { goodShare: none, goodRequestsPerSecond: none, goodOutputTokensPerSecond: none };
}

function goodRows(
  part: StageRows,
  { ttftMs, tpotMs, e2eMs }: RequestLimits,
  counts: { ok: number; judged: number; good: number; unknown: number },
): Uint32Array {
  const { columns, rows } = part;
  const good = new Uint32Array(rows.length);
  let n = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const outcome = columns.outcome[row];
    if (outcome === CANCELLED) continue;
    counts.judged++;
    if (outcome !== OK) continue;
    counts.ok++;
    const streamed = !Number.isNaN(columns.firstTokenMs[row] as number);
    if (!streamed && (ttftMs !== null || tpotMs !== null)) {
      counts.unknown++;
      continue;
    }
    // An answer of one token has no TPOT to be slow in: NaN is over no limit.
    const slow =
      (ttftMs !== null && ttft(part, row) > ttftMs) ||
      (tpotMs !== null && tpot(part, row) > tpotMs) ||
      (e2eMs !== null && e2e(part, row) > e2eMs);
    if (!slow) good[n++] = row;
  }
  counts.good += n;
  return good.subarray(0, n);
}
