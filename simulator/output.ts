import type { GenerationRequest } from "./generationRequest.ts";
import { mix, uniform } from "./seededHash.ts";
import type { FinishReason } from "./sequence.ts";
import { EOS_TOKEN, FIRST_WORD, wordOf, words } from "./vocabulary.ts";

/** An output, known in full before its first token is due: the same prompt and seed always get the same answer. */
export interface Output {
  readonly tokens: number;
  readonly finishReason: FinishReason;
  /** The stop string or stop token that ended it; null otherwise. */
  readonly stopReason: string | number | null;
  /** Token id at a position from 0. */
  tokenAt(index: number): number;
  /** Text that the client gets with that token; may be empty while a stop string could still complete. */
  textAt(index: number): string;
}

// Natural lengths, where nothing forces one: even on a logarithmic scale between these.
const SHORTEST = 16;
const LONGEST = 1024;

type Wishes = Pick<GenerationRequest, "minTokens" | "ignoreEos" | "stop" | "stopTokenIds" | "includeStop" | "seed">;

export function planOutput(engineSeed: number, prompt: Int32Array, maxTokens: number, wishes: Wishes): Output {
  let seed = mix(engineSeed, wishes.seed);
  for (const token of prompt) seed = mix(seed, token);
  const natural = Math.max(
    Math.floor(SHORTEST * (LONGEST / SHORTEST) ** uniform(seed, 0)),
    // The end token is held back until min_tokens others are out.
    wishes.minTokens + 1,
  );
  const endsItself = !wishes.ignoreEos && natural <= maxTokens;
  const length = endsItself ? natural : maxTokens;
  const tokenAt = (index: number): number =>
    endsItself && index === natural - 1 ? EOS_TOKEN : FIRST_WORD + (mix(seed, index + 1) % words.length);
  const textAt = (index: number): string => wordOf(tokenAt(index));
  const plain: Output = {
    tokens: length,
    finishReason: endsItself ? "stop" : "length",
    stopReason: null,
    tokenAt,
    textAt,
  };
  return wishes.stop.length + wishes.stopTokenIds.length === 0 ? plain : stopped(plain, wishes);
}

/** Cuts an output at the first stop string or stop token after min_tokens. */
function stopped(plain: Output, wishes: Wishes): Output {
  // Text that may yet turn out to be the beginning of a stop string is held back, as vLLM does.
  const heldBack = Math.max(0, ...wishes.stop.map((stop) => stop.length - 1));
  const texts: string[] = [];
  let text = "";
  let sent = 0;
  for (let i = 0; i < plain.tokens; i++) {
    const before = text.length;
    text += plain.textAt(i);
    const mayStop = i >= wishes.minTokens;
    const token = plain.tokenAt(i);
    const found = mayStop ? firstStop(text, Math.max(0, before - heldBack), wishes.stop) : null;
    const byToken = mayStop && wishes.stopTokenIds.includes(token) && token !== EOS_TOKEN;
    if (found) text = text.slice(0, found.at + (wishes.includeStop ? found.stop.length : 0));
    const ends = found !== null || byToken || i === plain.tokens - 1;
    const until = ends ? text.length : Math.max(sent, text.length - heldBack);
    texts.push(text.slice(sent, until));
    sent = Math.max(sent, until);
    if (found || byToken) {
      const stopReason = found ? found.stop : token;
      return { ...plain, tokens: i + 1, finishReason: "stop", stopReason, textAt: (index) => texts[index]! };
    }
  }
  return { ...plain, textAt: (index) => texts[index]! };
}

function firstStop(text: string, from: number, stops: readonly string[]): { at: number; stop: string } | null {
  let first: { at: number; stop: string } | null = null;
  for (const stop of stops) {
    const at = text.indexOf(stop, from);
    if (at >= 0 && (!first || at < first.at)) first = { at, stop };
  }
  return first;
}
