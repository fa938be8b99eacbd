import type { Socket } from "node:net";
import { percentile } from "./percentile.ts";
import { serve } from "./requestReader.ts";
import { endEvents, httpChunk, roleEvent, streamHead, streamTail, tokenEvent } from "./streamBytes.ts";

/**
 * Streams tokens at fixed times after each request and keeps its own record of when it wrote them: the truth that the
 * generator's figures are held against. A late timer is in the record, and does not shift the tokens after it.
 *
 *   node pacedServer.ts TOKENS TTFT_MS GAP_MS SKIPPED
 *
 * The first SKIPPED requests after each question are left out: the generator's warm-up.
 */
const [tokens, ttftMs, gapMs, skipped] = process.argv.slice(2).map(Number) as [number, number, number, number];
const events = Array.from({ length: tokens }, (_, i) => Buffer.from(httpChunk(tokenEvent(i, tokens))));
const head = Buffer.from(streamHead + httpChunk(roleEvent()));
const tail = Buffer.from(httpChunk(endEvents(tokens)) + streamTail);
let ttfts: number[] = [];
let gaps: number[] = [];
let requests = 0;

serve(stream, () => {
  const of = (values: number[]): object => ({ p50: percentile(values, 50), p99: percentile(values, 99) });
  const answer = { n: ttfts.length, ttftMs: of(ttfts), itlMs: of(gaps) };
  ttfts = [];
  gaps = [];
  requests = 0;
  return answer;
});

function stream(socket: Socket): void {
  const receivedMs = performance.now();
  const counts = requests++ >= skipped;
  let lastMs = receivedMs;
  let next = 0;
  socket.write(head);
  const step = (): void => {
    const nowMs = performance.now();
    if (counts) (next === 0 ? ttfts : gaps).push(nowMs - lastMs);
    lastMs = nowMs;
    socket.write(events[next]!);
    next++;
    if (next === tokens) socket.write(tail);
    else setTimeout(step, Math.max(0, receivedMs + ttftMs + next * gapMs - performance.now()));
  };
  setTimeout(step, ttftMs);
}
