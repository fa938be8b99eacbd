import { sampleLength, sampleOutput } from "../distribution.ts";
import type { DataSource, HarnessPlan } from "../plan.ts";
import { draw, purposes, type StreamKey, streamKey, subkey } from "../random.ts";
import { imageSource } from "./images.ts";
import { promptIdentity } from "./promptIdentity.ts";
import { imageJson, promptJson } from "./promptJson.ts";
import type { PromptSource } from "./promptSource.ts";
import { words } from "./words.ts";

export type Synthetic = Extract<DataSource, { type: "synthetic" }>;

const spaced = words.map((w) => ` ${w}`);

/** One word is about one token; the server's usage tells the true count. Only lower-case ASCII: nothing to escape. */
export function textSource(data: Synthetic, api: HarnessPlan["api"], seed: number): PromptSource {
  const identityKey = streamKey(seed, 0, purposes.identity);
  const images = data.images === undefined ? null : imageSource(data.images, seed);
  return {
    forStage(stage) {
      const inputKey = streamKey(seed, stage, purposes.inputLength);
      const outputKey = streamKey(seed, stage, purposes.outputLength);
      const wordKey = streamKey(seed, stage, purposes.words);
      const shared = sharedPrefixes(data, seed, stage);
      return (i) => {
        const length = sampleLength(data.inputTokens, inputKey, i);
        const identity = promptIdentity(identityKey, stage, i);
        const text = shared.text(i) + uniqueWords(length, identity, subkey(wordKey, i));
        return {
          json: images === null ? promptJson(api, text.slice(1)) : imageJson(text.slice(1), images(stage, i, identity)),
          inputTokens: images === null ? length + shared.tokens : null,
          outputTokens: sampleOutput(data.outputTokens, outputKey, i, length),
        };
      };
    },
  };
}

function uniqueWords(length: number, identity: { left: number; right: number }, key: StreamKey): string {
  const { left, right } = identity;
  let text = "";
  let n = 0;
  const head = [left >>> 12, left >>> 4, (left << 4) | (right >>> 16), right >>> 8, right];
  for (; n < length && n < head.length; n++) text += spaced[head[n]! & 255];
  return text + randomWords(length - n, key);
}

function randomWords(length: number, key: StreamKey): string {
  let text = "";
  let bits = 0;
  for (let n = 0; n < length; n++) {
    bits = n % 4 === 0 ? draw(key, n) : bits >>> 8;
    text += spaced[bits & 255];
  }
  return text;
}

/** Warm-up has prefixes of its own, like everything of warm-up: else it would hide the first miss of every group. */
function sharedPrefixes(data: Synthetic, seed: number, stage: number): { tokens: number; text(i: number): string } {
  const shared = data.sharedPrefix;
  if (shared === null) return { tokens: 0, text: () => "" };
  const groupKey = streamKey(seed, stage, purposes.group);
  const prefixes = prefixKeys(seed, stage, shared.groups).map((key) => randomWords(shared.tokens, key));
  return { tokens: shared.tokens, text: (i) => prefixes[draw(groupKey, i) % shared.groups]! };
}

/** One key per group of shared prefixes: the same in every stage of a run, others for warm-up. */
export function prefixKeys(seed: number, stage: number, groups: number): StreamKey[] {
  const key = streamKey(seed, stage === 0xffff ? 1 : 0, purposes.prefix);
  return Array.from({ length: groups }, (_, group) => subkey(key, group));
}
