import type { IncomingHttpHeaders } from "node:http";
import type { Outcome } from "./recordFormat.ts";
import { errorText } from "./stream/answer.ts";

export interface Failure {
  readonly outcome: Outcome;
  readonly message: string;
}

/** An answer with a status of 300 and more. 429 is recorded, never retried: retries would hide it in the latency. */
export function statusFailure(status: number, headers: IncomingHttpHeaders, body: string): Failure {
  const detail = body === "" ? "" : `: ${body}`;
  if (status < 400) {
    const location = headers.location ?? "elsewhere";
    return { outcome: "malformed", message: `HTTP ${status} redirects to ${location}; give that as target.baseUrl` };
  }
  const retryAfter = headers["retry-after"];
  const wait = retryAfter === undefined ? "" : ` (Retry-After: ${retryAfter})`;
  const refusesLength = status < 500 && /ignore_eos|min_tokens/.test(body);
  const hint = refusesLength ? '; this engine cannot force the output length: set "ignoreEos" to false' : "";
  const outcome = status === 429 ? "http429" : status < 500 ? "http4xx" : "http5xx";
  return { outcome, message: `HTTP ${status}${wait}${detail}${hint}` };
}

/** The error text of an answer's body; the start of the body where it is no JSON. */
export function errorBody(body: Buffer): string {
  const text = body.toString("utf8").trim();
  try {
    return errorText(JSON.parse(text)) ?? text.slice(0, 300);
  } catch {
    return text.slice(0, 300);
  }
}

/** The connection failed: before the request left (`connect`), or after (`cut`, or `malformed` if HTTP itself is broken). */
export function connectionFailure(error: Error, started: boolean, after: string, elapsedMs: number): Failure {
  const cause = causeOf(error);
  if (!started) return { outcome: "connect", message: `no connection: ${cause}` };
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "UND_ERR_HEADERS_OVERFLOW" || error.name === "HTTPParserError" || code.startsWith("HPE_")) {
    // llhttp reports a chunked body that ends early in the same way as garbage.
    return /EOF/.test(code)
      ? { outcome: "cut", message: `the connection was closed${after}, ${seconds(elapsedMs)} after sending` }
      : { outcome: "malformed", message: `the answer is not HTTP/1.1${after}: ${cause}` };
  }
  return {
    outcome: "cut",
    message: `the connection was closed${after}, ${seconds(elapsedMs)} after sending (${cause})`,
  };
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** `localhost` is tried on several addresses; the sum of their errors has an empty message. */
export function causeOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((e: Error) => causeOf(e)).join("; ");
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined || error.message.includes(code)) return error.message;
  return `${code}: ${error.message}`;
}
