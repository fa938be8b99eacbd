import { mix } from "./seededHash.ts";

/** As large as Llama 3's, so that token ids drawn for a real model are valid here. */
export const VOCABULARY_SIZE = 128_256;
export const EOS_TOKEN = 2;
/** Ids below are control tokens; words begin here. */
export const FIRST_WORD = 256;

/**
 * The words that the simulator says: " ba" .. " zuzu". Each is one token, needs no JSON escape, and is cut from running
 * text as the same one token, so that an answer sent back in the next turn of a chat hits the prefix cache.
 */
export const words: readonly string[] = buildWords();

function buildWords(): string[] {
  const syllables: string[] = [];
  for (const consonant of "bdfgklmnprstvz") for (const vowel of "aeiou") syllables.push(consonant + vowel);
  const result = syllables.map((syllable) => ` ${syllable}`);
  for (const first of syllables) {
    for (let i = 0; i < 12; i++)
      result.push(` ${first}${syllables[mix(i, first.charCodeAt(0) * 256 + first.charCodeAt(1)) % 70]}`);
  }
  return [...new Set(result)];
}

export function wordOf(token: number): string {
  if (token < FIRST_WORD) return "";
  return words[(token - FIRST_WORD) % words.length]!;
}
