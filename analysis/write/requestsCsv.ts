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
  const ends = run.stages.map((_, stage) => constantFields(run, stage));
  for (let from = 0; from < requests.length; from += ROWS_PER_CHUNK) {
    let text = "";
    for (let row = from; row < Math.min(from + ROWS_PER_CHUNK, requests.length); row++)
      text += line(requests, row, ends[requests.stage[row] as number] as ConstantFields);
    yield text;
  }
}

/** What every row of a stage has in common: quoting it for each of a million rows took most of a report's time. */
interface ConstantFields {
  readonly first: string;
  /** By who counted the output tokens. */
  readonly usage: string;
  readonly counted: string;
  readonly unknown: string;
}

function constantFields(
  { runId, target, system = target, simulated, repetition, stages, harness }: Run,
  stage: number,
): ConstantFields {
  const { name, load } = stages[stage]!.plan;
  const size = load.type === "concurrency" ? load.concurrency : load.requestsPerSecond;
  return {
    first: csvLine([runId, system, simulated, repetition, name, load.type, size]).slice(0, -1),
    usage: csvLine(["usage", harness]),
    counted: csvLine([counted(harness), harness]),
    unknown: csvLine([null, harness]),
  };
}

/** Numbers, and words without a comma: nothing here needs quotes. */
function line(requests: RequestColumns, row: number, stage: ConstantFields): string {
  const bits = requests.flags[row] as number;
  const output = tokens(requests.outputTokens[row]);
  const source = output === "" ? stage.unknown : (bits & flags.outputFromUsage) !== 0 ? stage.usage : stage.counted;
  return (
    `${stage.first},${requests.request[row]},${outcomes[requests.outcome[row]!]},${requests.status[row] || ""},` +
    `${finishReasons[requests.finishReason[row]!] ?? "other"},${(bits & flags.streamed) !== 0},` +
    `${milliseconds(requests.scheduledMs[row]!)},${milliseconds(requests.sentMs[row]!)},` +
    `${milliseconds(requests.firstTokenMs[row]!)},${milliseconds(requests.lastTokenMs[row]!)},` +
    `${milliseconds(requests.endMs[row]!)},${eventsOf(requests, row)},${tokens(requests.promptTokensAsked[row])},` +
    `${tokens(requests.promptTokens[row])},${tokens(requests.cachedTokens[row])},` +
    `${tokens(requests.outputTokensAsked[row])},${output},${source}`
  );
}

/** Who counted, where it was not the server: ours counts events, others have tokenizers of their own. */
function counted(harness: string): string {
  return harness === "llmbench" ? "events" : harness;
}

/** A good answer without an event is one of a harness that keeps none. */
function eventsOf({ events, outcome }: RequestColumns, row: number): number | "" {
  return events[row] === 0 && outcome[row] === OK ? "" : (events[row] as number);
}

const fractions = Array.from({ length: 1000 }, (_, thousandths) => String(thousandths / 1000).slice(1));

/** The clock has no more than microseconds to tell. In two whole numbers: the shortest text of a fraction takes long to find. */
function milliseconds(ms: number): string {
  if (!Number.isFinite(ms)) return "";
  const micros = Math.round(ms * 1000);
  if (micros < 0 || micros > 1e15) return String(micros / 1000);
  const whole = Math.floor(micros / 1000);
  return `${whole}${fractions[micros - 1000 * whole]}`;
}

function tokens(count: number | undefined): number | "" {
  return count === undefined || count < 0 ? "" : count;
}
