import { type Answer, readAnswer } from "./answer.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ANCHOR_BYTES = 24;
const DATA = 0x61746164; // "data", little-endian
const PROBE = "probe";

/** Bytes of one buffer, also as a view over all of its memory for reading four at a time. */
export interface Span {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * The bytes of an event around the text of its token, learned from one that was parsed. Successive events of a stream
 * differ in that text only, so the rest need not be parsed. An event without a token (a role, say) has no such text.
 * Parsing every event is what makes other generators report their own time as the server's (vllm#39963).
 */
export class EventShape {
  readonly hasToken: boolean;
  readonly finishReason: string | null;
  readonly #prefixBytes: number;
  /** The end of the prefix, up to and with the quote that opens the text. */
  readonly #anchor: Int32Array;
  readonly #anchorBytes: number;
  /** From the quote that closes the text to the end of the event, its empty line included. */
  readonly #suffix: Int32Array;
  readonly #suffixBytes: number;
  /** The last four bytes of the suffix, whose length need not be a multiple of four. */
  readonly #last: number;

  constructor(prefix: Uint8Array, suffix: Uint8Array, hasToken: boolean, finishReason: string | null) {
    this.hasToken = hasToken;
    this.finishReason = finishReason;
    this.#prefixBytes = prefix.length;
    this.#anchorBytes = Math.min(ANCHOR_BYTES, prefix.length - (prefix.length % 4));
    this.#anchor = words(prefix.subarray(prefix.length - this.#anchorBytes));
    this.#suffix = words(suffix);
    this.#suffixBytes = suffix.length;
    this.#last = words(suffix.subarray(suffix.length - 4))[0]!;
  }

  /** Where the event that begins at `from` ends, if it has this shape and is whole; else 0. */
  match(span: Span, from: number, to: number): number {
    const { bytes, view } = span;
    const suffixBytes = this.#suffixBytes;
    let at = from + this.#prefixBytes;
    if (at + suffixBytes > to) return 0;
    const base = bytes.byteOffset;
    // "data": what follows a shorter event of another shape could otherwise line up with the anchor.
    if (view.getInt32(base + from, true) !== DATA) return 0;
    const anchor = this.#anchor;
    let word = base + at - this.#anchorBytes;
    for (let i = 0; i < anchor.length; i++, word += 4) if (view.getInt32(word, true) !== anchor[i]) return 0;
    if (this.hasToken) {
      const text = at;
      while (at < to) {
        const byte = bytes[at]!;
        if (byte === QUOTE) break;
        at += byte === BACKSLASH ? 2 : 1;
      }
      if (at === text) return 0;
    }
    const end = at + suffixBytes;
    if (end > to) return 0;
    const suffix = this.#suffix;
    word = base + at;
    for (let i = 0; i < suffix.length; i++, word += 4) if (view.getInt32(word, true) !== suffix[i]) return 0;
    return view.getInt32(base + end - 4, true) === this.#last ? end : 0;
  }
}

function words(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(4 * i, true));
}

/** The shape of a whole event, terminator included; null if it holds what must be read each time (usage, errors). */
export function learnShape(event: Buffer): EventShape | null {
  // Latin-1: one character per byte, so that positions in the text are positions in the bytes.
  const text = event.toString("latin1");
  if (!text.startsWith("data: {") || /\n\s*\S/.test(text)) return null;
  const json = text.slice(6).trimEnd();
  const answer = parsed(json);
  if (answer === null || answer.usage !== null || answer.error !== null) return null;
  const shape = (start: number, end: number): EventShape =>
    new EventShape(event.subarray(0, 6 + start), event.subarray(6 + end), answer.hasTokens, answer.finishReason);
  if (!answer.hasTokens) {
    const start = json.indexOf('"choices"');
    return start < 0 ? null : shape(start, start);
  }
  for (const found of json.matchAll(/"(?:content|text|reasoning|reasoning_content)": ?"((?:[^"\\]|\\.)+)"/g)) {
    const end = found.index + found[0].length - 1;
    const start = end - found[1]!.length;
    // This text alone makes the event a token event: with another it is the same, without it is none.
    const other = parsed(`${json.slice(0, start)}${PROBE}${json.slice(end)}`);
    const none = parsed(`${json.slice(0, start)}${json.slice(end)}`);
    if (other?.hasTokens === true && none?.hasTokens === false) return shape(start, end);
  }
  return null;
}

function parsed(json: string): Answer | null {
  try {
    return readAnswer(JSON.parse(json));
  } catch {
    return null;
  }
}
