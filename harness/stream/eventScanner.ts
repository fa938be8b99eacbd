import type { Span } from "./eventShape.ts";
import type { ShapeBook } from "./shapeBook.ts";

const LF = 10;
const CR = 13;
/** An event longer than this is no event: without a bound a broken server would fill the memory. */
export const LONGEST_EVENT_BYTES = 16 * 2 ** 20;

export interface EventSink {
  /** `count` token events of a known shape. */
  tokens(count: number): void;
  /** A known shape came with this finish reason. */
  finish(reason: string): void;
  /** The data of any other event, its lines joined; true if its shape may be learned. */
  event(data: string): boolean;
}

/**
 * Splits the bytes of a server-sent-event stream into events, whatever reads they come in: events split over reads,
 * several in one read, LF or CRLF, comments, data of several lines. Lone CR line ends, which no engine sends, are not
 * taken for line ends.
 */
export class EventScanner {
  readonly #shapes: ShapeBook;
  readonly #sink: EventSink;
  /** Bytes of an event that has not ended yet. */
  #rest = Buffer.alloc(0);
  #restBytes = 0;
  /** No event ends before this offset of `#rest`: a long event in many reads is searched once. */
  #searched = 0;

  constructor(shapes: ShapeBook, sink: EventSink) {
    this.#shapes = shapes;
    this.#sink = sink;
  }

  /** Forget what is left of the stream before. */
  reset(): void {
    this.#restBytes = 0;
    this.#searched = 0;
    if (this.#rest.length > 65_536) this.#rest = Buffer.alloc(0);
  }

  /** False: an event grew beyond LONGEST_EVENT_BYTES. */
  feed(chunk: Buffer): boolean {
    if (this.#restBytes === 0) {
      const used = this.#scan(chunk, 0);
      if (used < chunk.length) this.#keep(chunk, used);
    } else {
      this.#keep(chunk, 0);
      const whole = this.#rest.subarray(0, this.#restBytes);
      const used = this.#scan(whole, this.#searched);
      if (used > 0) {
        this.#rest.copyWithin(0, used, this.#restBytes);
        this.#restBytes -= used;
        this.#searched = 0;
      }
      if (used === 0) this.#searched = Math.max(0, this.#restBytes - 3);
    }
    return this.#restBytes <= LONGEST_EVENT_BYTES;
  }

  /** The stream has ended. An event without its empty line still counts if `accept` says that its data is whole. */
  end(accept: (data: string) => boolean): { unfinished: string | null } {
    if (this.#restBytes === 0) return { unfinished: null };
    const data = dataOf(this.#rest.toString("utf8", 0, this.#restBytes));
    this.reset();
    if (data === null) return { unfinished: null };
    if (!accept(data)) return { unfinished: data };
    this.#sink.event(data);
    return { unfinished: null };
  }

  #scan(bytes: Buffer, searched: number): number {
    const shapes = this.#shapes;
    const span = spanOf(bytes);
    const to = bytes.length;
    let from = 0;
    let tokens = 0;
    while (from < to) {
      const matched = shapes.match(span, from, to);
      if (matched > 0) {
        const { hasToken, finishReason } = shapes.matched!;
        if (hasToken) tokens++;
        if (finishReason !== null) this.#sink.finish(finishReason);
        from = matched;
        continue;
      }
      if (bytes[from] === LF || (bytes[from] === CR && bytes[from + 1] === LF)) {
        from += bytes[from] === LF ? 1 : 2;
        continue;
      }
      const end = endOfEvent(bytes, Math.max(from, searched));
      if (end === 0) break;
      if (tokens > 0) {
        // In order: a finish or an error must not overtake the tokens before it.
        this.#sink.tokens(tokens);
        tokens = 0;
      }
      const data = dataOf(bytes.toString("utf8", from, end));
      if (data !== null && this.#sink.event(data)) shapes.learn(bytes.subarray(from, end));
      from = end;
    }
    if (tokens > 0) this.#sink.tokens(tokens);
    return from;
  }

  #keep(chunk: Buffer, from: number): void {
    const bytes = chunk.length - from;
    if (this.#restBytes + bytes > this.#rest.length) {
      const grown = Buffer.allocUnsafe(Math.max(4096, 2 * (this.#restBytes + bytes)));
      this.#rest.copy(grown, 0, 0, this.#restBytes);
      this.#rest = grown;
    }
    chunk.copy(this.#rest, this.#restBytes, from);
    this.#restBytes += bytes;
  }
}

const span: { bytes: Uint8Array; view: DataView } = { bytes: Buffer.alloc(0), view: new DataView(new ArrayBuffer(0)) };

/** With chunked encoding every event is a piece of its own of one read: all pieces share the view of that read's memory. */
function spanOf(bytes: Buffer): Span {
  if (span.view.buffer !== bytes.buffer) span.view = new DataView(bytes.buffer);
  span.bytes = bytes;
  return span;
}

/** Offset after the empty line that ends the event, or 0. */
function endOfEvent(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return 0;
}

/** The data of one event's text, its lines joined by line feeds; null for an event without data, e.g. a comment. */
function dataOf(event: string): string | null {
  // Nearly always: one line of data, then the empty line.
  if (event.startsWith("data: ") && event.indexOf("\n") === event.length - 2 && !event.endsWith("\r\n\n")) {
    return event.slice(6, -2);
  }
  let data: string | null = null;
  for (const raw of event.split("\n")) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const field = line.startsWith("\uFEFF") ? line.slice(1) : line;
    if (!field.startsWith("data:")) continue;
    const value = field.slice(field[5] === " " ? 6 : 5);
    data = data === null ? value : `${data}\n${value}`;
  }
  return data;
}
