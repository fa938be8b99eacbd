import type { Outcome } from "../../../harness/recordFormat.ts";
import { failureOutcome } from "../failureOutcome.ts";
import type { Wanted } from "../json/jsonShapes.ts";
import { countOf, type JsonObject, numberOf, objectOf, textOf } from "../json/looseJson.ts";

/** One element of per_request_lifecycle_metrics.json. Times in ms of a clock without a date; NaN or -1 where absent. */
export interface LifecycleRow {
  readonly sentMs: number;
  readonly endMs: number;
  /** Of the events that held text, in order; empty where not streamed. */
  readonly tokenMs: readonly number[];
  /** true: up to 0.4 it stamped every event, [DONE] and usage too, up to 0.2 every line: only the first and about the last hold. */
  readonly everyStamped: boolean;
  /** Its token times cannot be true and are left out. */
  readonly odd: boolean;
  readonly streamed: boolean;
  readonly outcome: Outcome;
  readonly status: number;
  /** "" where it did not fail. */
  readonly message: string;
  readonly promptTokens: number;
  /** false: the client's tokenizer counted the prompt. */
  readonly promptFromUsage: boolean;
  readonly outputTokens: number;
  readonly outputFromUsage: boolean;
  readonly outputTokensAsked: number;
  readonly cachedTokens: number;
}

const response: Wanted = {
  output_tokens: true,
  chunk_times: true,
  output_token_times: true,
  server_usage: { completion_tokens: true, prompt_tokens: true, prompt_tokens_details: { cached_tokens: true } },
};
/** All that is read of an element below. */
export const wantedOfRow: Wanted = {
  start_time: true,
  end_time: true,
  request: true,
  error: { error_type: true, error_msg: true },
  info: {
    ...response,
    input_tokens: true,
    request_metrics: { text: { input_tokens: true } },
    response_metrics: response,
    response_info: response,
  },
};

/** A row whose times lie outside of these many seconds is no measurement. */
const MAX_CLOCK_SECONDS = 1e10;
const MAX_REQUEST_SECONDS = 1e6;
const MAX_MESSAGE = 500;

/**
 * Shapes: `info` {input_tokens, output_tokens, output_token_times} up to 0.4, {response_info} in 0.5, {request_metrics, response_metrics}
 * since 0.6 (apis/base.py at these tags). 0.1 has no `info`.
 * @returns null where it has no times
 */
export function lifecycleRow(element: unknown): LifecycleRow | null {
  const row = objectOf(element);
  const [start, end] = [numberOf(row.start_time), numberOf(row.end_time)];
  if (!(Math.abs(start) < MAX_CLOCK_SECONDS && end >= start && end - start < MAX_REQUEST_SECONDS)) return null;
  const info = objectOf(row.info);
  const early = "output_token_times" in info || "output_tokens" in info;
  const response = objectOf(info.response_metrics ?? info.response_info ?? (early ? info : undefined));
  const usage = objectOf(response.server_usage);
  const times = eventTimes(response, start, end);
  const counted = countOf(usage.completion_tokens);
  const outputTokens = counted >= 0 ? counted : clientCount(response, times.seconds.length);
  const fromServer = countOf(usage.prompt_tokens);
  const prompt = countOf(objectOf(objectOf(info.request_metrics).text).input_tokens ?? info.input_tokens);
  const failure = failureOf(row, info, times.streamed && outputTokens === 0);
  return {
    sentMs: start * 1000,
    endMs: end * 1000,
    tokenMs: times.seconds.map((seconds) => seconds * 1000),
    everyStamped: early,
    odd: times.odd,
    streamed: times.streamed,
    ...failure,
    // It writes 0 where it did not count: no prompt has no token.
    promptTokens: fromServer > 0 ? fromServer : prompt > 0 ? prompt : -1,
    promptFromUsage: fromServer > 0,
    outputTokens,
    outputFromUsage: counted >= 0,
    outputTokensAsked: asked(row.request),
    cachedTokens: countOf(objectOf(usage.prompt_tokens_details).cached_tokens),
  };
}

function eventTimes(
  response: JsonObject,
  start: number,
  end: number,
): { seconds: readonly number[]; streamed: boolean; odd: boolean } {
  const chunks = Array.isArray(response.chunk_times) ? response.chunk_times : null;
  const tokens = Array.isArray(response.output_token_times) ? response.output_token_times : null;
  // 0.5 and later repeat a chunk's time for each of its tokens; before, each time was one chunk and unary answers had none.
  const times: readonly unknown[] = chunks ?? (tokens ?? []).filter((time, i, all) => i === 0 || time !== all[i - 1]);
  const streamed = chunks !== null || times.length > 0;
  let last = start;
  for (const time of times) {
    if (typeof time !== "number" || !(time >= last && time <= end)) return { seconds: [], streamed, odd: true };
    last = time;
  }
  return { seconds: times as readonly number[], streamed, odd: false };
}

/** 0 is also its default, so beside token events it is no count. */
function clientCount(response: JsonObject, events: number): number {
  const count = countOf(response.output_tokens);
  return count === 0 && events > 0 ? -1 : count;
}

function failureOf(
  row: JsonObject,
  info: JsonObject,
  empty: boolean,
): Pick<LifecycleRow, "outcome" | "status" | "message"> {
  if (row.error === null || row.error === undefined) {
    // The tool takes an answer without choices for a success (apis/completion.py).
    const none = "response_metrics" in info && info.response_metrics === null;
    if (!empty && !none) return { outcome: "ok", status: 200, message: "" };
    return {
      outcome: "empty",
      status: 200,
      message: "an answer without a token, which inference-perf counts as a success",
    };
  }
  const error = objectOf(row.error);
  const type = textOf(error.error_type) ?? "error";
  const message = textOf(error.error_msg) ?? "";
  const status = Number(/^HTTP Error (\d{3})$/.exec(type)?.[1] ?? 0);
  return { ...failureOutcome(`${type}: ${message}`, status), message: `${type}: ${message}`.slice(0, MAX_MESSAGE) };
}

/** max_tokens of the body; inside the prompt its quotes would be escaped. Parsing whole bodies would double the time. */
function asked(request: unknown): number {
  if (typeof request !== "string") return -1;
  const at = request.lastIndexOf(', "max_tokens": ');
  return at < 0 ? -1 : countOf(Number.parseInt(request.slice(at + 16, at + 27), 10));
}
