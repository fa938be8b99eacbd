import { readAnswer } from "./answer.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ANCHOR_BYTES = 24;
const PROBE = "probe";

/**
 * The bytes around the text of a plain token event, learned from one that was parsed. Successive events of a stream
 * differ in that text only, so the rest need not be parsed: a match is a token event, without finish reason, usage or
 * error. Parsing every event is what makes other generators report their own time as the server's (vllm#39963).
 */
export class TokenShape {
  readonly #prefixBytes: number;
  /** The end of the prefix, up to and with the quote that opens the text. */
  readonly #anchor: Uint8Array;
  /** From the quote that closes the text to the end of the event, its empty line included. */
  readonly #suffix: Uint8Array;

  constructor(prefix: Uint8Array, suffix: Uint8Array) {
    this.#prefixBytes = prefix.length;
    this.#anchor = prefix.slice(Math.max(0, prefix.length - ANCHOR_BYTES));
    this.#suffix = suffix.slice();
  }

  /** Where the event that begins at `from` ends, if it has this shape and is whole; else 0. */
  match(bytes: Uint8Array, from: number, to: number): number {
    const anchor = this.#anchor;
    const suffix = this.#suffix;
    let at = from + this.#prefixBytes;
    if (at + suffix.length >= to + 1) return 0;
    // "data: {": what follows a shorter event of another shape could otherwise line up with the anchor.
    if (bytes[from] !== 0x64 || bytes[from + 4] !== 0x3a || bytes[from + 6] !== 0x7b) return 0;
    for (let i = anchor.length - 1, b = at - 1; i >= 0; i--, b--) if (bytes[b] !== anchor[i]) return 0;
    const text = at;
    while (at < to) {
      const byte = bytes[at]!;
      if (byte === QUOTE) break;
      at += byte === BACKSLASH ? 2 : 1;
    }
    if (at === text || at + suffix.length > to) return 0;
    for (let i = 0; i < suffix.length; i++) if (bytes[at + i] !== suffix[i]) return 0;
    return at + suffix.length;
  }
}

/** The shape of a whole event, terminator included, that was just read as a token event; null if it has none. */
export function learnShape(event: Buffer): TokenShape | null {
  // Latin-1: one character per byte, so that positions in the text are positions in the bytes.
  const text = event.toString("latin1");
  if (!text.startsWith("data: {") || /\n./.test(text)) return null;
  const json = text.slice(6).trimEnd();
  for (const found of json.matchAll(/"(?:content|text|reasoning|reasoning_content)": ?"((?:[^"\\]|\\.)+)"/g)) {
    const end = found.index + found[0].length - 1;
    const start = end - found[1]!.length;
    if (isPlainToken(`${json.slice(0, start)}${PROBE}${json.slice(end)}`, true)) {
      // With the text empty nothing else in the event may count as a token.
      if (!isPlainToken(`${json.slice(0, start)}${json.slice(end)}`, false)) continue;
      return new TokenShape(event.subarray(0, 6 + start), event.subarray(6 + end));
    }
  }
  return null;
}

function isPlainToken(json: string, hasTokens: boolean): boolean {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return false;
  }
  const answer = readAnswer(value);
  return (
    answer !== null &&
    answer.error === null &&
    answer.usage === null &&
    answer.finishReason === null &&
    answer.hasTokens === hasTokens
  );
}
