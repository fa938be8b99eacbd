import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { finishReasons, flags, outcomes } from "../../harness/recordFormat.ts";
import type { RequestColumns, Run } from "../run.ts";
import { csvLine } from "./csvLine.ts";

const OK = outcomes.indexOf("ok");
const ROWS_PER_CHUNK = 2000;

const header = [
  ...["run", "target", "simulated", "repetition", "stage", "load_type", "load", "request", "outcome", "http_status"],
  ...[
    "finish_reason",
    "streamed",
    "scheduled_ms",
    "sent_ms",
    "first_token_ms",
    "last_token_ms",
    "end_ms",
    "token_events",
  ],
  ...[
    "input_tokens_asked",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens_asked",
    "output_tokens",
    "output_tokens_source",
  ],
  "harness",
];

/** Writes one row per request of the runs, without the warm-up; streamed, so that a million rows need no memory. */
export async function writeRequestsCsv(runs: readonly Run[], file: string): Promise<void> {
  await pipeline(Readable.from(requestsCsv(runs)), createWriteStream(file));
}

/** The same in pieces. Runs of harnesses that left no request rows have no line. */
export function* requestsCsv(runs: readonly Run[]): Generator<string> {
  yield csvLine(header);
  for (const run of runs) yield* runChunks(run);
}

function* runChunks(run: Run): Generator<string> {
  const { requests } = run;
  if (requests === null) return;
  for (let from = 0; from < requests.length; from += ROWS_PER_CHUNK) {
    let text = "";
    for (let row = from; row < Math.min(from + ROWS_PER_CHUNK, requests.length); row++)
      text += line(run, requests, row);
    yield text;
  }
}

function line(
  { runId, target, system = target, simulated, repetition, stages, harness }: Run,
  requests: RequestColumns,
  row: number,
): string {
  const plan = stages[requests.stage[row] as number]!.plan;
  const bits = requests.flags[row] as number;
  const output = tokens(requests.outputTokens[row]);
  return csvLine([
    ...[runId, system, simulated, repetition, plan.name, plan.load.type],
    plan.load.type === "concurrency" ? plan.load.concurrency : plan.load.requestsPerSecond,
    ...[requests.request[row]!, outcomes[requests.outcome[row]!]!, requests.status[row] || null],
    ...[finishReasons[requests.finishReason[row]!] ?? "other", (bits & flags.streamed) !== 0],
    ...[requests.scheduledMs, requests.sentMs, requests.firstTokenMs, requests.lastTokenMs, requests.endMs].map(
      (times) => micros(times[row]!),
    ),
    eventsOf(requests, row),
    ...[requests.promptTokensAsked, requests.promptTokens, requests.cachedTokens, requests.outputTokensAsked].map(
      (column) => tokens(column[row]),
    ),
    ...[output, output === null ? null : (bits & flags.outputFromUsage) !== 0 ? "usage" : counted(harness), harness],
  ]);
}

/** Who counted, where it was not the server: ours counts events, others have tokenizers of their own. */
function counted(harness: string): string {
  return harness === "llmbench" ? "events" : harness;
}

/** A good answer without an event is one of a harness that keeps none. */
function eventsOf({ events, outcome }: RequestColumns, row: number): number | null {
  return events[row] === 0 && outcome[row] === OK ? null : (events[row] as number);
}

/** The clock has no more than microseconds to tell. */
function micros(ms: number): number | null {
  return Number.isNaN(ms) ? null : Math.round(ms * 1000) / 1000;
}

function tokens(count: number | undefined): number | null {
  return count === undefined || count < 0 ? null : count;
}
