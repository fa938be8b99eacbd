import { sampleLength, sampleOutput } from "../distribution.ts";
import { draw, purposes, type StreamKey, streamKey, subkey } from "../random.ts";
import { promptIdentity } from "./promptIdentity.ts";
import type { PromptSource } from "./promptSource.ts";
import { prefixKeys, type Synthetic } from "./syntheticText.ts";

/**
 * Ids 1000..5095: ordinary tokens everywhere. Special and byte tokens lie below (Mistral's Tekken keeps its first 1000
 * for them) or far above (Llama 3, Qwen, GPT), and no served vocabulary is smaller.
 */
const FIRST_ID = 1000;
const ID_BITS = 12;
const ID_MASK = 2 ** ID_BITS - 1;

/** Prompts of exactly the asked number of tokens, without a tokenizer on either side. Only /v1/completions takes them. */
export function tokenIdSource(data: Synthetic, seed: number): PromptSource {
  const identityKey = streamKey(seed, 0, purposes.identity);
  return {
    forStage(stage) {
      const inputKey = streamKey(seed, stage, purposes.inputLength);
      const outputKey = streamKey(seed, stage, purposes.outputLength);
      const idKey = streamKey(seed, stage, purposes.words);
      const groupKey = streamKey(seed, stage, purposes.group);
      const shared = data.sharedPrefix;
      const prefixes = prefixKeys(seed, stage, shared?.groups ?? 0).map((key) => randomIds([], shared!.tokens, key));
      return (i) => {
        const length = sampleLength(data.inputTokens, inputKey, i);
        const ids = prefixes.length === 0 ? [] : prefixes[draw(groupKey, i) % prefixes.length]!.slice();
        const total = ids.length + length;
        const { left, right } = promptIdentity(identityKey, stage, i);
        const head = [left >>> 8, (left << 4) | (right >>> 16), right >>> 4, right << 8];
        for (let n = 0; n < head.length && ids.length < total; n++) ids.push(FIRST_ID + (head[n]! & ID_MASK));
        randomIds(ids, total, subkey(idKey, i));
        return {
          json: `[${ids.join(",")}]`,
          inputTokens: total,
          outputTokens: sampleOutput(data.outputTokens, outputKey, i, length),
        };
      };
    },
  };
}

function randomIds(ids: number[], total: number, key: StreamKey): number[] {
  for (let n = ids.length; n < total; n++) ids.push(FIRST_ID + (draw(key, n) & ID_MASK));
  return ids;
}
