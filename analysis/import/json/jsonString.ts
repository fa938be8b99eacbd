/*
 * Where a JSON text ends, each byte of it looked at. Answers are kept in texts full of escaped quotes: a branch per byte
 * is guessed wrong at each of them, which costs more than all the rest. So two bytes at a time are looked up in a table.
 */

/** What the next byte is: of the text, the letter of an escape, one of four digits. */
const TEXT = 0;
const ESCAPED = 1;
const FIRST_DIGIT = 2;
const LAST_DIGIT = 5;
const ENDED = 6;
const WRONG = 7;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPES = Buffer.from('"\\/bfnrt');
const DIGITS = Buffer.from("0123456789abcdefABCDEF");

/** State and byte -> state. */
const STEP = new Uint8Array(8 << 8).fill(WRONG);
// Below 0x20 are control characters, which must be escaped.
STEP.fill(TEXT, (TEXT << 8) | 0x20, (TEXT << 8) | 0x100);
STEP[(TEXT << 8) | QUOTE] = ENDED;
STEP[(TEXT << 8) | BACKSLASH] = ESCAPED;
for (const letter of ESCAPES) STEP[(ESCAPED << 8) | letter] = TEXT;
STEP[(ESCAPED << 8) | 0x75] = FIRST_DIGIT;
for (let state = FIRST_DIGIT; state <= LAST_DIGIT; state++)
  for (const digit of DIGITS) STEP[(state << 8) | digit] = state === LAST_DIGIT ? TEXT : state + 1;

/** State and two bytes -> state; ENDED for all that needs a closer look. */
const TWO_STEPS = new Uint8Array((ENDED + 1) << 16).fill(ENDED);
for (let state = TEXT; state < ENDED; state++)
  for (let first = 0; first < 256; first++) {
    const between = STEP[(state << 8) | first] as number;
    for (let second = 0; second < 256; second++)
      TWO_STEPS[(state << 16) | (second << 8) | first] =
        between < ENDED ? Math.min(ENDED, STEP[(between << 8) | second] as number) : ENDED;
  }

/** @param at of its quote @returns -1: it is not JSON, or does not end before `stop` */
export function afterString(bytes: Buffer, at: number, stop: number): number {
  let i = at + 1;
  let state = TEXT;
  for (; i + 4 <= stop; i += 4) {
    const half = TWO_STEPS[(state << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i] as number)] as number;
    const next = TWO_STEPS[(half << 16) | ((bytes[i + 3] as number) << 8) | (bytes[i + 2] as number)] as number;
    if (next === ENDED) break;
    state = next;
  }
  for (; i < stop; i++) {
    state = STEP[(state << 8) | (bytes[i] as number)] as number;
    if (state >= ENDED) return state === ENDED ? i + 1 : -1;
  }
  return -1;
}
