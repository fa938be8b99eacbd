import { outcomes } from "../harness/recordFormat.ts";
import type { StageRows } from "./stageRows.ts";

const OK = outcomes.indexOf("ok");
const CANCELLED = outcomes.indexOf("cancelled");

/** Work done inside a stage's window. */
export interface WindowWork {
  readonly windowMs: number;
  readonly requests: number;
  readonly outputTokens: number;
  readonly inputTokens: number;
}

/**
 * Every successful request is spread evenly over the time it took, and the share inside the window counts. Counting
 * completions instead loses the requests that are in flight when a fixed time ends: half of one request per connection
 * in a closed loop, which is 10 % when five fit into the window (docs/metrics.md has the argument).
 *
 * "The time it took" is, in a closed loop, from sending to the end: a connection is busy all the time, so this is
 * unbiased whatever the mix of long and short requests. In an open loop it is from the first token to the last: there a
 * request may wait in the server's queue long past the window's end, and waiting is no work done.
 *
 * Requests that we cancelled at the stage's end add the tokens that had arrived, and no request.
 */
export function windowWork(stage: StageRows): WindowWork {
  const { columns, rows, summary, plan } = stage;
  const { startMs, endMs } = summary;
  const closed = plan.load.type === "concurrency";
  let requests = 0;
  let outputTokens = 0;
  let inputTokens = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const outcome = columns.outcome[row];
    if (outcome !== OK && outcome !== CANCELLED) continue;
    const tokens = Math.max(0, columns.outputTokens[row] as number);
    const end = columns.endMs[row] as number;
    const first = columns.firstTokenMs[row] as number;
    const last = columns.lastTokenMs[row] as number;
    const share = closed
      ? overlap(columns.sentMs[row] as number, end, startMs, endMs)
      : Number.isNaN(first)
        ? overlap(end, end, startMs, endMs)
        : overlap(first, last, startMs, endMs);
    if (Number.isNaN(share)) continue;
    outputTokens += share * tokens;
    if (outcome === OK) {
      requests += share;
      inputTokens += share * Math.max(0, columns.promptTokens[row] as number);
    }
  }
  return { windowMs: Math.max(0, endMs - startMs), requests, outputTokens, inputTokens };
}

/** Share of from..to that lies in start..end, 0..1; a moment counts as inside or outside. */
function overlap(from: number, to: number, start: number, end: number): number {
  if (to <= from) return from >= start && from <= end ? 1 : 0;
  return Math.max(0, Math.min(to, end) - Math.max(from, start)) / (to - from);
}
