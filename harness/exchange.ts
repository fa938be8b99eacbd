import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { type Connection, readClock } from "./connection.ts";
import { connectionFailure, errorBody, type Failure, statusFailure } from "./failure.ts";
import { type Outcome, simulatorHeader } from "./recordFormat.ts";
import { errorText, readAnswer, type Usage } from "./stream/answer.ts";
import { EventScanner, type EventSink, LONGEST_EVENT_BYTES } from "./stream/eventScanner.ts";
import type { ShapeBook } from "./stream/shapeBook.ts";
import { VarintBuffer } from "./varint.ts";

type Controller = Dispatcher.DispatchController;

/** Of a body that is not a stream we keep this much. */
const LONGEST_BODY_BYTES = 32 * 2 ** 20;
const LONGEST_ERROR_BYTES = 16_384;

/** What the caller knows of a request before it leaves. */
export interface Assignment {
  readonly request: number;
  readonly stage: number;
  /** Intended time; null: now (closed loop). performance.now(), like every time here. */
  readonly scheduledMs: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number;
}

/**
 * One request and its answer on one connection: undici's handler, the stream's sink and the times of both. Used again
 * for the connection's next request after a whole answer; after anything else it is thrown away with the connection,
 * so that nothing late can touch the next request.
 */
export class Exchange implements Dispatcher.DispatchHandler, EventSink {
  readonly connection: Connection;
  readonly #scanner: EventScanner;
  readonly #onEnd: (exchange: Exchange) => void;
  readonly arrivals = new VarintBuffer();

  assignment!: Assignment;
  active = false;
  /** Index in InFlight, kept by it. */
  place = -1;

  scheduledMs = 0;
  sentMs = 0;
  headersMs = Number.NaN;
  firstTokenMs = Number.NaN;
  lastTokenMs = Number.NaN;
  endMs = 0;
  status = 0;
  events = 0;
  usage: Usage | null = null;
  finishReason: string | null = null;
  outcome: Outcome = "ok";
  message: string | null = null;
  streamed = false;
  /** Version of our simulated engine, where an answer on this connection said that it comes from one. */
  simulator: string | null = null;
  /** The answer was read to its end: the connection can carry the next request. */
  reusable = false;

  /** False while a connection is being opened. */
  started = false;
  #openedBefore = 0;
  #connectedBefore = false;
  #sawDone = false;
  #lastUs = 0;
  #headers: IncomingHttpHeaders = {};
  #body: Buffer[] = [];
  #bodyBytes = 0;
  #isStream = false;

  constructor(connection: Connection, shapes: ShapeBook, onEnd: (exchange: Exchange) => void) {
    this.connection = connection;
    this.#scanner = new EventScanner(shapes, this);
    this.#onEnd = onEnd;
  }

  send(assignment: Assignment, options: Dispatcher.DispatchOptions, streamed: boolean): void {
    this.assignment = assignment;
    this.active = true;
    this.streamed = streamed;
    this.headersMs = Number.NaN;
    this.firstTokenMs = Number.NaN;
    this.lastTokenMs = Number.NaN;
    this.status = 0;
    this.events = 0;
    this.usage = null;
    this.finishReason = null;
    this.outcome = "ok";
    this.message = null;
    this.reusable = false;
    this.started = false;
    this.arrivals.clear();
    this.#scanner.reset();
    this.#sawDone = false;
    this.#lastUs = 0;
    this.#isStream = false;
    this.#bodyBytes = 0;
    if (this.#body.length > 0) this.#body = [];
    this.#openedBefore = this.connection.opened;
    this.#connectedBefore = this.connection.connected;
    this.sentMs = performance.now();
    this.scheduledMs = assignment.scheduledMs ?? this.sentMs;
    this.connection.dispatch(options, this);
  }

  onRequestStart(): void {
    if (!this.active) return;
    this.started = true;
    // On an open connection the request leaves now; where one had to be opened, the wait for it belongs to the request.
    if (this.#connectedBefore && this.connection.opened === this.#openedBefore) {
      this.sentMs = performance.now();
      if (this.assignment.scheduledMs === null) this.scheduledMs = this.sentMs;
    }
  }

  onResponseStart(_controller: Controller, status: number, headers: IncomingHttpHeaders): void {
    if (!this.active || status < 200) return;
    this.headersMs = readClock.ms;
    this.status = status;
    this.#headers = headers;
    const simulator = headers[simulatorHeader];
    if (simulator !== undefined) this.simulator = String(simulator);
    const encoding = headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      this.fail("malformed", `the answer is compressed (${encoding}) although that was not asked for`);
      return;
    }
    this.#isStream = status < 300 && (headers["content-type"] ?? "").startsWith("text/event-stream");
    if (this.#isStream && !this.streamed) {
      this.fail("malformed", "the server streams although it was asked not to");
    }
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (!this.active) return;
    if (this.#isStream) {
      if (!this.#scanner.feed(chunk) && this.active) {
        this.fail("malformed", `an event of more than ${LONGEST_EVENT_BYTES} bytes${this.#after()}`);
      }
      return;
    }
    const room = (this.status < 300 ? LONGEST_BODY_BYTES : LONGEST_ERROR_BYTES) - this.#bodyBytes;
    if (room <= 0) return;
    // A copy: undici's buffer is that of the socket and is used again.
    this.#body.push(Buffer.from(chunk.subarray(0, room)));
    this.#bodyBytes += Math.min(room, chunk.length);
  }

  tokens(count: number): void {
    if (!this.active) return;
    const us = Math.round((readClock.ms - this.sentMs) * 1000);
    if (this.events === 0) this.firstTokenMs = readClock.ms;
    this.arrivals.push(Math.max(0, us - this.#lastUs));
    if (count > 1) this.arrivals.pushZeros(count - 1);
    this.#lastUs = Math.max(us, this.#lastUs);
    this.lastTokenMs = readClock.ms;
    this.events += count;
  }

  finish(reason: string): void {
    if (this.active) this.finishReason = reason;
  }

  event(data: string): boolean {
    if (!this.active) return false;
    if (data === "[DONE]") {
      this.#sawDone = true;
      return false;
    }
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      this.fail("malformed", `an event is not JSON${this.#after()}: ${data.slice(0, 100)}`);
      return false;
    }
    const answer = readAnswer(value);
    if (answer === null) {
      this.fail("malformed", `an event has neither choices nor usage nor error${this.#after()}: ${data.slice(0, 100)}`);
      return false;
    }
    if (answer.error !== null) {
      this.fail("streamError", `error event in the stream${this.#after()}: ${answer.error}`);
      return false;
    }
    if (answer.hasTokens) this.tokens(1);
    if (answer.usage !== null) this.usage = answer.usage;
    if (answer.finishReason !== null) this.finishReason = answer.finishReason;
    return answer.usage === null;
  }

  onResponseEnd(): void {
    if (!this.active) return;
    this.reusable = true;
    if (this.status >= 300) {
      this.#end(statusFailure(this.status, this.#headers, errorBody(Buffer.concat(this.#body))));
    } else if (this.#isStream) {
      this.#endStream();
    } else {
      this.#endBody();
    }
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (!this.active) return;
    const { outcome, message } = connectionFailure(error, this.started, this.#after(), performance.now() - this.sentMs);
    this.fail(outcome, message);
  }

  /** Ends the request now, and its connection with it. */
  fail(outcome: Outcome, message: string): void {
    if (!this.active) return;
    this.reusable = false;
    this.#end({ outcome, message });
    this.connection.destroy();
  }

  #endStream(): void {
    const { unfinished } = this.#scanner.end((data) => data === "[DONE]" || parses(data));
    if (!this.active) return;
    const ended = this.#sawDone || this.finishReason !== null;
    if (!ended && unfinished !== null) {
      this.#end({ outcome: "cut", message: `the stream ended in the middle of an event${this.#after()}` });
    } else if (this.events === 0) {
      const usage = this.usage?.outputTokens ?? null;
      const counted = usage === null ? "" : `; its usage says ${usage}`;
      this.#end({ outcome: "empty", message: `the stream ended without a token${counted}` });
    } else if (!ended) {
      this.#end({ outcome: "cut", message: `the stream ended without [DONE] or a finish reason${this.#after()}` });
    } else {
      this.#end(null);
    }
  }

  /** A whole JSON body: the answer to a request that did not ask for a stream, or an error in disguise. */
  #endBody(): void {
    const text = Buffer.concat(this.#body).toString("utf8");
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      const kind = this.#headers["content-type"] ?? "no content type";
      const message =
        text === "" ? "the answer has no body" : `the answer is not JSON (${kind}): ${text.slice(0, 100)}`;
      this.#end({ outcome: text === "" ? "empty" : "malformed", message });
      return;
    }
    const error = errorText(value);
    const answer = readAnswer(value);
    if (error !== null) {
      this.#end({ outcome: "streamError", message: `status ${this.status}, but the body is an error: ${error}` });
    } else if (this.streamed) {
      const message = 'asked for a stream, got one JSON body; set "stream" to false for this endpoint';
      this.#end({ outcome: "malformed", message });
    } else if (answer === null) {
      this.#end({ outcome: "malformed", message: `the body has no choices: ${text.slice(0, 100)}` });
    } else {
      this.usage = answer.usage;
      this.finishReason = answer.finishReason;
      const hasTokens = answer.hasTokens || (answer.usage?.outputTokens ?? 0) > 0;
      this.#end(hasTokens ? null : { outcome: "empty", message: "the answer holds no token" });
    }
  }

  #end(failure: Failure | null): void {
    this.active = false;
    // Data came with a read; a failure of ours or of the connection is noticed now.
    this.endMs = this.reusable ? Math.max(readClock.ms, this.sentMs) : performance.now();
    if (failure !== null) {
      this.outcome = failure.outcome;
      this.message = failure.message;
    }
    this.#onEnd(this);
  }

  #after(): string {
    return this.events === 0 ? " before the first token" : ` after token ${this.events}`;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
