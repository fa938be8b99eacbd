import { collectAgain, ImportError } from "../importError.ts";
import { GatheredBytes } from "./gatheredBytes.ts";
import { afterSpace } from "./jsonScan.ts";
import type { JsonShapes } from "./jsonShapes.ts";
import { parsePythonJson } from "./pythonJson.ts";

export type JsonPath = readonly (string | number)[];

/**
 * @param value only until the next element is taken, where the splitter has shapes: its objects are used again
 * @param array index of the path that its array matched  @param at path of its array
 */
export type TakeElement = (value: unknown, array: number, at: readonly (string | number)[]) => void;

/** One element, and all that lies outside the arrays: a damaged file must not fill the memory. */
const MAX_TEXT_BYTES = 64 << 20;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

const LIST_BEGUN = Buffer.from("[");

/** 1: a byte that means something outside of strings. Most bytes of a document are passed over by this one look. */
const STRUCTURAL = new Uint8Array(256);
for (const byte of [QUOTE, COMMA, COLON, OPEN_ARRAY, OPEN_OBJECT, CLOSE_ARRAY, CLOSE_OBJECT]) STRUCTURAL[byte] = 1;

/** An open object or array outside the arrays that are taken. */
interface Frame {
  readonly object: boolean;
  key: string;
  index: number;
  /** The next string is a key. */
  keyNext: boolean;
}

/**
 * Finds the elements of some arrays in the bytes of a document, chunk by chunk. It looks at brackets, commas and quotes
 * only; whether the text between them is JSON is for the parser, which gets each element, and at the end the rest.
 */
export class JsonSplitter {
  readonly #file: string;
  readonly #paths: readonly JsonPath[];
  /** Keys that lie deeper are in no path. */
  readonly #deepest: number;
  readonly #shapes: JsonShapes | null;
  readonly #stack: Frame[] = [];
  /** Outside of arrays: what is left of the document. */
  readonly #rest = new GatheredBytes();
  /** Of an element that began in an earlier chunk. */
  readonly #begun = new GatheredBytes();
  /** The array whose elements are read now. */
  #array = -1;
  #at: readonly (string | number)[] = [];
  #count = 0;
  /** Inside an element. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** In `#rest`, of the string that is read now, when it is a key. */
  #keyStart = -1;
  /** Bytes of all chunks before this one. */
  #passed = 0;

  /** @param shapes of the elements; null: all of them are parsed */
  constructor(file: string, paths: readonly JsonPath[], shapes: JsonShapes | null = null) {
    this.#file = file;
    this.#paths = paths;
    this.#deepest = Math.max(...paths.map(({ length }) => length));
    this.#shapes = shapes;
  }

  /** For the bytes behind a comma between the elements of a document that is a list. */
  static behindComma(file: string, shapes: JsonShapes): JsonSplitter {
    const splitter = new JsonSplitter(file, [[]], shapes);
    splitter.#rest.add(LIST_BEGUN, 0, LIST_BEGUN.length);
    splitter.#array = 0;
    // Nothing but a bracket is no element only where it is the first.
    splitter.#count = 1;
    return splitter;
  }

  /** What follows can be read by another splitter, made by `behindComma`, with the same result. */
  get isBehindComma(): boolean {
    const inList = this.#array === 0 && this.#paths[0]?.length === 0 && this.#count > 0;
    return inList && this.#begun.length === 0 && /^[ \t\r\n]*\[$/.test(this.#rest.from(0));
  }

  /** @param take is given the elements that end in this chunk */
  each(chunk: Buffer, take: TakeElement): void {
    let i = 0;
    while (i < chunk.length) {
      if (this.#array < 0) i = this.#outside(chunk, i);
      else {
        const after = this.#shapes === null || this.#begun.length > 0 ? -1 : this.#alike(chunk, i, take);
        i = after < 0 ? this.#inside(chunk, i, take) : after;
      }
    }
    this.#passed += chunk.length;
  }

  /** @returns where the next element begins; -1: this one is no element of a known shape that ends in this chunk */
  #alike(chunk: Buffer, start: number, take: TakeElement): number {
    const shapes = this.#shapes as JsonShapes;
    const end = shapes.read(chunk, start, chunk.length);
    if (end < 0) return -1;
    const at = afterSpace(chunk, end, chunk.length);
    const byte = chunk[at];
    if (byte !== COMMA && byte !== CLOSE_ARRAY) return -1;
    take(shapes.value, this.#array, this.#at);
    return this.#ended(chunk, at);
  }

  /** @param at of the comma or bracket after an element @returns where to go on */
  #ended(chunk: Buffer, at: number): number {
    this.#count++;
    this.#depth = 0;
    this.#inString = false;
    if (chunk[at] === COMMA) return at + 1;
    this.#array = -1;
    this.#rest.add(chunk, at, at + 1);
    return at + 1;
  }

  end(): { value: unknown; cut: string | null } {
    if (this.#passed === 0) throw new ImportError(this.#file, "is empty", collectAgain);
    const whole = this.#array < 0 && this.#stack.length === 0 && !this.#inString;
    if (whole) return { value: this.#parse(this.#rest.take(), "the document"), cut: null };
    const where = this.#array < 0 ? "inside the document" : `inside element ${this.#count} of ${this.#name()}`;
    const cut = `ends too early, at byte ${this.#passed}, ${where}`;
    // Between the elements of an array the rest is whole but for its brackets; elsewhere it may end in half a number.
    if (this.#array < 0) return { value: undefined, cut };
    const closing = this.#stack.map(({ object }) => (object ? "}" : "]")).reverse();
    return { value: this.#parse(`${this.#rest.take()}]${closing.join("")}`, "the document"), cut };
  }

  #inside(chunk: Buffer, start: number, take: TakeElement): number {
    let i = start;
    let depth = this.#depth;
    let inString = this.#inString;
    if (this.#escaped) {
      this.#escaped = false;
      i++;
    }
    for (; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (inString) {
        if (byte === BACKSLASH) {
          i++;
          this.#escaped = i === chunk.length;
        } else if (byte === QUOTE) inString = false;
        continue;
      }
      if (STRUCTURAL[byte] === 0) continue;
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (depth > 0) depth -= byte === CLOSE_OBJECT || byte === CLOSE_ARRAY ? 1 : 0;
      else if (byte === COMMA || byte === CLOSE_ARRAY) {
        this.#element(chunk, start, i, byte === CLOSE_ARRAY, take);
        return this.#ended(chunk, i);
      } else if (byte === CLOSE_OBJECT) {
        throw this.#damage(`has a stray } in ${this.#name()} after element ${this.#count}`, i);
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#begun.add(chunk, start, chunk.length);
    this.#guard(this.#begun, i);
    return chunk.length;
  }

  #element(chunk: Buffer, start: number, end: number, last: boolean, take: TakeElement): void {
    let text: string;
    if (this.#begun.length === 0) text = chunk.toString("utf8", start, end);
    else {
      this.#begun.add(chunk, start, end);
      text = this.#begun.take();
    }
    if (last && this.#count === 0 && text.trim() === "") return;
    const value = this.#parse(text, `element ${this.#count} of ${this.#name()}`, end);
    this.#shapes?.learn(text);
    take(value, this.#array, this.#at);
  }

  #outside(chunk: Buffer, start: number): number {
    const frame = this.#stack.at(-1);
    for (let i = start; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#inString = false;
          if (this.#keyStart < 0) continue;
          this.#rest.add(chunk, start, i + 1);
          frame!.key = String(this.#parse(this.#rest.from(this.#keyStart), "a key", i));
          this.#keyStart = -1;
          return i + 1;
        }
        continue;
      }
      if (STRUCTURAL[byte] === 0) continue;
      if (byte === QUOTE) {
        this.#inString = true;
        if (frame?.object && frame.keyNext && this.#stack.length <= this.#deepest) {
          frame.keyNext = false;
          this.#keyStart = this.#rest.length + (i - start);
        }
      } else if (byte === COMMA) {
        if (frame) {
          frame.index++;
          frame.keyNext = true;
        }
      } else if (byte !== COLON) {
        this.#rest.add(chunk, start, i + 1);
        this.#guard(this.#rest, i);
        this.#bracket(byte, i);
        return i + 1;
      }
    }
    this.#rest.add(chunk, start, chunk.length);
    this.#guard(this.#rest, chunk.length);
    return chunk.length;
  }

  #bracket(byte: number, i: number): void {
    if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      if (this.#stack.pop()?.object !== (byte === CLOSE_OBJECT))
        throw this.#damage("has a bracket that nothing opened", i);
      return;
    }
    const array = byte === OPEN_ARRAY ? this.#paths.findIndex((path) => this.#matches(path)) : -1;
    if (array < 0) {
      this.#stack.push({ object: byte === OPEN_OBJECT, key: "", index: 0, keyNext: true });
      return;
    }
    this.#array = array;
    this.#at = this.#stack.map(({ object, key, index }) => (object ? key : index));
    this.#count = 0;
    this.#depth = 0;
  }

  #matches(path: JsonPath): boolean {
    return (
      path.length === this.#stack.length &&
      path.every((part, i) => {
        const { object, key, index } = this.#stack[i] as Frame;
        return part === "*" || part === (object ? key : index);
      })
    );
  }

  #parse(text: string, what: string, i?: number): unknown {
    try {
      return parsePythonJson(text);
    } catch {
      throw this.#damage(`is not JSON: ${what} cannot be read`, i);
    }
  }

  #guard(text: GatheredBytes, i: number): void {
    if (text.length > MAX_TEXT_BYTES)
      throw this.#damage(
        `holds one value of more than ${MAX_TEXT_BYTES >> 20} MiB, as when a bracket or quote is lost`,
        i,
      );
  }

  #name(): string {
    return this.#at.length === 0 ? "the list" : this.#at.join(".");
  }

  #damage(problem: string, i?: number): ImportError {
    return new ImportError(
      this.#file,
      i === undefined ? problem : `${problem} (at byte ${this.#passed + i})`,
      collectAgain,
    );
  }
}
