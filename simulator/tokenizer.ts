import { mix } from "./seededHash.ts";
import { FIRST_WORD, VOCABULARY_SIZE, words } from "./vocabulary.ts";

/** A token is a space with up to this many letters, or as many letters that go on with a word: English then has about 4 characters a token. */
const LETTERS = 6;
const DIGITS = 3;
const MARKS = 2;

const SPACE = 32;
const wordTokens = new Map<number, number>();
for (const [i, word] of words.entries()) wordTokens.set(hashPiece(word, 0, word.length), FIRST_WORD + i);

/**
 * Splits text into token ids with no vocabulary file: deterministic, and text that begins alike gets ids that begin
 * alike (all but the last token of the common part), which is what prefix caching needs.
 */
export function tokenize(text: string): Int32Array {
  const tokens: number[] = [];
  for (let start = 0; start < text.length; ) {
    const end = pieceEnd(text, start);
    tokens.push(tokenOf(text, start, end));
    start = end;
  }
  return Int32Array.from(tokens);
}

/** The pieces themselves; `tokenize` gives the id of each. */
export function pieces(text: string): string[] {
  const result: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = pieceEnd(text, start);
    result.push(text.slice(start, end));
    start = end;
  }
  return result;
}

function pieceEnd(text: string, start: number): number {
  let i = start;
  if (text.charCodeAt(i) === SPACE && i + 1 < text.length) i++;
  const kind = kindOf(text.charCodeAt(i));
  const longest = kind === "letter" ? LETTERS : kind === "digit" ? DIGITS : MARKS;
  let length = 0;
  while (i < text.length && length < longest && kindOf(text.charCodeAt(i)) === kind) {
    i++;
    length++;
  }
  return i;
}

function kindOf(code: number): "letter" | "digit" | "space" | "mark" {
  if ((code | 32) >= 97 && (code | 32) <= 122) return "letter";
  if (code >= 48 && code <= 57) return "digit";
  if (code === SPACE || (code >= 9 && code <= 13)) return "space";
  return code >= 128 ? "letter" : "mark";
}

function tokenOf(text: string, start: number, end: number): number {
  const hash = hashPiece(text, start, end);
  const word = wordTokens.get(hash);
  if (word !== undefined) return word;
  const above = FIRST_WORD + words.length;
  return above + (hash % (VOCABULARY_SIZE - above));
}

function hashPiece(text: string, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = mix(hash, text.charCodeAt(i));
  return hash;
}
