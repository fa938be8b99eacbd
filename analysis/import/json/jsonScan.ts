import { afterString } from "./jsonString.ts";

/*
 * Looks at JSON byte by byte without making anything of it. Every function takes the bytes, where the value begins and
 * where to stop; -1: it is not JSON, is not whole, or is odd enough to leave it to the parser.
 */

const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COMMA = 0x2c;
const COLON = 0x3a;
/** Deeper ones are for the parser, whose stack is not ours. */
const MAX_DEPTH = 64;

const WORDS = [Buffer.from("null"), Buffer.from("true"), Buffer.from("false")];

export function afterSpace(bytes: Buffer, at: number, stop: number): number {
  let i = at;
  for (; i < stop; i++) {
    const byte = bytes[i] as number;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return i;
}

export function afterNumber(bytes: Buffer, at: number, stop: number): number {
  let i = at < stop && bytes[at] === MINUS ? at + 1 : at;
  const whole = i;
  i = afterDigits(bytes, i, stop);
  if (i === whole || (bytes[whole] === ZERO && i > whole + 1)) return -1;
  if (i < stop && bytes[i] === DOT) {
    const from = i + 1;
    i = afterDigits(bytes, from, stop);
    if (i === from) return -1;
  }
  if (i < stop && ((bytes[i] as number) | 0x20) === 0x65) {
    i++;
    if (i < stop && (bytes[i] === MINUS || bytes[i] === 0x2b)) i++;
    const from = i;
    i = afterDigits(bytes, from, stop);
    if (i === from) return -1;
  }
  // At the stop more digits may follow.
  return i < stop ? i : -1;
}

function afterDigits(bytes: Buffer, at: number, stop: number): number {
  let i = at;
  while (i < stop && (bytes[i] as number) >= ZERO && (bytes[i] as number) <= 0x39) i++;
  return i;
}

/** Any value; a number must not end at the stop. */
export function afterValue(bytes: Buffer, at: number, stop: number, depth = 0): number {
  if (at >= stop || depth > MAX_DEPTH) return -1;
  const byte = bytes[at] as number;
  if (byte === QUOTE) return afterString(bytes, at, stop);
  if (byte === 0x5b) return afterItems(bytes, at, stop, depth, 0x5d, false);
  if (byte === 0x7b) return afterItems(bytes, at, stop, depth, 0x7d, true);
  if (byte === MINUS || (byte >= ZERO && byte <= 0x39)) return afterNumber(bytes, at, stop);
  const word = WORDS.find((one) => one[0] === byte);
  if (word === undefined || at + word.length > stop) return -1;
  return word.every((letter, i) => bytes[at + i] === letter) ? at + word.length : -1;
}

function afterItems(bytes: Buffer, at: number, stop: number, depth: number, close: number, keys: boolean): number {
  let i = afterSpace(bytes, at + 1, stop);
  if (i < stop && bytes[i] === close) return i + 1;
  while (i < stop) {
    if (keys) {
      if (bytes[i] !== QUOTE) return -1;
      i = afterString(bytes, i, stop);
      if (i < 0) return -1;
      i = afterSpace(bytes, i, stop);
      if (i >= stop || bytes[i] !== COLON) return -1;
      i = afterSpace(bytes, i + 1, stop);
    }
    i = afterValue(bytes, i, stop, depth + 1);
    if (i < 0) return -1;
    i = afterSpace(bytes, i, stop);
    if (i >= stop) return -1;
    if (bytes[i] === close) return i + 1;
    if (bytes[i] !== COMMA) return -1;
    i = afterSpace(bytes, i + 1, stop);
  }
  return -1;
}

const TENS = Array.from({ length: 16 }, (_, power) => 10 ** power);
const EXACT = 2 ** 53;
/** More than the fraction below can be off (2^-54). */
const DOUBT = 2 ** -52;

/**
 * The double nearest to a number in JSON's grammar, as JSON.parse gives it, without a string in between.
 *
 * Digits up to 2^53 divided by an exact power of ten are rounded once, so right. Times of today have more: there the
 * fraction is added to the whole, and where a fraction a little less and a little more give the same sum, that is it.
 */
export function numberIn(bytes: Buffer, from: number, to: number): number {
  const negative = bytes[from] === MINUS;
  let whole = 0;
  let i = negative ? from + 1 : from;
  for (; i < to; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    whole = whole * 10 + digit;
  }
  if (whole >= EXACT) return Number(bytes.toString("latin1", from, to));
  if (i === to) return negative ? -whole : whole;
  const places = to - i - 1;
  if (bytes[i] !== DOT || places >= TENS.length) return Number(bytes.toString("latin1", from, to));
  let fraction = 0;
  for (i++; i < to; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return Number(bytes.toString("latin1", from, to));
    fraction = fraction * 10 + digit;
  }
  const ten = TENS[places] as number;
  const digits = whole * ten + fraction;
  if (digits < EXACT) return negative ? -digits / ten : digits / ten;
  const part = fraction / ten;
  const sum = whole + (part - DOUBT);
  if (sum !== whole + (part + DOUBT)) return Number(bytes.toString("latin1", from, to));
  return negative ? -sum : sum;
}
