import { afterNumber, afterSpace, afterValue, numberIn } from "./jsonScan.ts";
import { afterString } from "./jsonString.ts";

/** What somebody reads of a value: all of it, or some of an object's keys. */
export type Wanted = true | { readonly [key: string]: Wanted };

/** Requests of one run are alike: those that are answered, those that failed, those without a usage. */
const MAX_SHAPES = 8;
/** So many shapes are tried before nothing more is learned from values that all differ. */
const PATIENCE = 256;

/** Names and units are short and few; prompts and ids are not worth remembering. */
const LONGEST_NAME = 64;
const MANY_NAMES = 64;

const NUMBER = 0;
const TEXT = 1;
const NUMBERS = 2;
const PASSED_NUMBER = 3;
const PASSED_TEXT = 4;
const PASSED_LIST = 5;

interface Slot {
  /** The bytes between the slot before and this one: brackets, keys, null, true and false. */
  readonly before: Same;
  readonly kind: number;
  /** Where its value goes. */
  readonly holder: Record<string, unknown>;
  readonly key: string;
  /** Of a text: the bytes of `holder[key]`, or of one nobody reads. Units and names are the same in most values. */
  last: Same | null;
  changes: number;
}

interface Shape {
  readonly slots: readonly Slot[];
  readonly after: Same;
  readonly result: { value?: unknown };
}

/**
 * Reads values that are alike several times as quick as a parser, which makes objects of what nobody reads. From a value
 * that was parsed it takes the bytes which the next one must have too, with slots for numbers, texts and lists between
 * them. A value is read so only if each of its bytes is accounted for: what is damaged or different is for the parser,
 * and nobody sees which of the two read it.
 */
export class JsonShapes {
  readonly #wanted: Wanted;
  /** The one that fitted twice in a row comes first: behind one that is rare the frequent one would be tried in vain. */
  readonly #shapes: Shape[] = [];
  #last: Shape | null = null;
  #fitted = 0;
  #learned = 0;
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** What `read` found, until the next one is read: its objects and lists are used again. */
  value: unknown;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** @returns where the value ends, which must be before `stop`, or -1 where no shape fits */
  read(bytes: Buffer, from: number, stop: number): number {
    const at = afterSpace(bytes, from, stop);
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    for (let i = 0; i < this.#shapes.length; i++) {
      const shape = this.#shapes[i] as Shape;
      const end = endOfShape(shape, bytes, this.#view, at, stop);
      if (end < 0) continue;
      if (i > 0 && shape === this.#last) this.#shapes.unshift(...this.#shapes.splice(i, 1));
      this.#last = shape;
      this.#fitted++;
      this.value = shape.result.value;
      return end;
    }
    return -1;
  }

  /** @param text of a value that was parsed, because none fitted or because it was in two pieces */
  learn(text: string): void {
    if (this.#learned > PATIENCE && this.#learned > this.#fitted / 16) {
      this.#shapes.length = 0;
      return;
    }
    // The space stands for what follows a number.
    const bytes = Buffer.from(`${text} `);
    if (this.read(bytes, 0, bytes.length) >= 0) return;
    this.#learned++;
    const shape = new Learning(bytes, text, this.#wanted).shape();
    if (shape === null) return;
    this.#shapes.unshift(shape);
    this.#shapes.length = Math.min(this.#shapes.length, MAX_SHAPES);
  }
}

/** @param view of all of the memory in which the bytes lie */
function endOfShape({ slots, after }: Shape, bytes: Buffer, view: DataView, from: number, stop: number): number {
  const base = bytes.byteOffset;
  let at = from;
  for (let s = 0; s < slots.length; s++) {
    const slot = slots[s] as Slot;
    const { before, kind } = slot;
    if (at + before.length >= stop || !before.isAt(view, base + at)) return -1;
    at += before.length;
    const start = at;
    if (kind === NUMBER || kind === PASSED_NUMBER) {
      at = afterNumber(bytes, start, stop);
      if (at < 0) return -1;
      if (kind === NUMBER) slot.holder[slot.key] = numberIn(bytes, start, at);
    } else if (kind === NUMBERS) at = numbersInto(slot.holder[slot.key] as number[], bytes, start, stop);
    else if (kind === PASSED_LIST) at = bytes[start] === 0x5b ? afterValue(bytes, start, stop) : -1;
    else {
      const { last } = slot;
      if (last !== null && start + last.length < stop && last.isAt(view, base + start)) {
        at += last.length;
        continue;
      }
      at = bytes[start] === 0x22 ? afterString(bytes, start, stop) : -1;
      if (at < 0) return -1;
      if (kind === TEXT) takeText(slot, bytes, start, at);
    }
    if (at < 0) return -1;
  }
  at += after.length;
  return at < stop && after.isAt(view, base + at - after.length) ? at : -1;
}

function takeText(slot: Slot, bytes: Buffer, from: number, to: number): void {
  slot.holder[slot.key] = JSON.parse(bytes.toString("utf8", from, to));
  slot.last = to - from <= LONGEST_NAME && slot.changes++ < MANY_NAMES ? new Same(bytes.subarray(from, to)) : null;
}

/** Bytes that others are compared with, four at a time: most bytes of a row are keys. */
class Same {
  readonly length: number;
  readonly #words: Int32Array;
  /** What is left over at the end. */
  readonly #rest: Uint8Array;

  constructor(bytes: Buffer) {
    this.length = bytes.length;
    const copy = Uint8Array.from(bytes);
    const view = new DataView(copy.buffer);
    this.#words = Int32Array.from({ length: copy.length >> 2 }, (_, word) => view.getInt32(word << 2, true));
    this.#rest = copy.subarray(this.#words.length << 2);
  }

  /** @param at in the view, with room for `length` bytes behind it */
  isAt(view: DataView, at: number): boolean {
    const words = this.#words;
    for (let word = 0; word < words.length; word++)
      if (view.getInt32(at + (word << 2), true) !== words[word]) return false;
    const rest = this.#rest;
    const from = at + (words.length << 2);
    for (let i = 0; i < rest.length; i++) if (view.getUint8(from + i) !== rest[i]) return false;
    return true;
  }
}

function numbersInto(list: number[], bytes: Buffer, from: number, stop: number): number {
  if (bytes[from] !== 0x5b) return -1;
  let at = afterSpace(bytes, from + 1, stop);
  let count = 0;
  if (bytes[at] !== 0x5d || at >= stop)
    for (;;) {
      const end = afterNumber(bytes, at, stop);
      if (end < 0) return -1;
      list[count++] = numberIn(bytes, at, end);
      at = afterSpace(bytes, end, stop);
      if (at >= stop) return -1;
      if (bytes[at] === 0x5d) break;
      if (bytes[at] !== 0x2c) return -1;
      at = afterSpace(bytes, at + 1, stop);
    }
  list.length = count;
  return at + 1;
}

/** Makes a shape of one value. */
class Learning {
  readonly #bytes: Buffer;
  readonly #text: string;
  readonly #wanted: Wanted;
  readonly #slots: Slot[] = [];
  #taken = 0;

  constructor(bytes: Buffer, text: string, wanted: Wanted) {
    this.#bytes = bytes;
    this.#text = text;
    this.#wanted = wanted;
  }

  /** @returns null where it holds what no slot can take */
  shape(): Shape | null {
    try {
      const result = { value: onlyWanted(JSON.parse(this.#text), this.#wanted) };
      this.#taken = afterSpace(this.#bytes, 0, this.#bytes.length);
      const end = this.#value(this.#taken, this.#wanted, result, "value");
      if (end < 0) return null;
      return { slots: this.#slots, after: new Same(this.#bytes.subarray(this.#taken, end)), result };
    } catch {
      return null;
    }
  }

  #value(at: number, wanted: Wanted | null, holder: Record<string, unknown>, key: string): number {
    const bytes = this.#bytes;
    const first = bytes[at];
    if (first === 0x7b) return this.#members(at, wanted, wanted === null ? holder : (holder[key] as typeof holder));
    const end = afterValue(bytes, at, bytes.length);
    if (end < 0) return -1;
    let kind: number;
    if (first === 0x5b) {
      const list = holder[key];
      if (wanted !== null && !(list as unknown[]).every((one) => typeof one === "number")) return -1;
      kind = wanted === null ? PASSED_LIST : NUMBERS;
    } else if (first === 0x22) kind = wanted === null ? PASSED_TEXT : TEXT;
    else if (first === 0x6e || first === 0x74 || first === 0x66) return end;
    else kind = wanted === null ? PASSED_NUMBER : NUMBER;
    const before = new Same(bytes.subarray(this.#taken, at));
    this.#slots.push({ before, kind, holder, key, last: new Same(bytes.subarray(at, end)), changes: 0 });
    this.#taken = end;
    return end;
  }

  #members(from: number, wanted: Wanted | null, holder: Record<string, unknown>): number {
    const bytes = this.#bytes;
    const seen = new Set<string>();
    let at = afterSpace(bytes, from + 1, bytes.length);
    while (bytes[at] === 0x22) {
      const end = afterString(bytes, at, bytes.length);
      const key = JSON.parse(bytes.toString("utf8", at, end)) as string;
      // Of two with one name the last counts, and this name is no ordinary one: for the parser.
      if (seen.has(key) || key === "__proto__") return -1;
      seen.add(key);
      at = afterSpace(bytes, afterSpace(bytes, end, bytes.length) + 1, bytes.length);
      at = this.#value(at, part(wanted, key), holder, key);
      if (at < 0) return -1;
      at = afterSpace(bytes, at, bytes.length);
      if (bytes[at] === 0x2c) at = afterSpace(bytes, at + 1, bytes.length);
    }
    return at + 1;
  }
}

function part(wanted: Wanted | null, key: string): Wanted | null {
  if (wanted === null || wanted === true) return wanted;
  return Object.hasOwn(wanted, key) ? (wanted[key] as Wanted) : null;
}

/** The value without the keys that nobody reads; what is no object where keys are wanted is left as it is. */
export function onlyWanted(value: unknown, wanted: Wanted): unknown {
  if (wanted === true || typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([key]) => Object.hasOwn(wanted, key));
  return Object.fromEntries(kept.map(([key, one]) => [key, onlyWanted(one, wanted[key] as Wanted)]));
}
