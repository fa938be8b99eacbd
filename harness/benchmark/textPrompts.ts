import { writeFile } from "node:fs/promises";
import { draw, purposes, streamKey } from "../random.ts";

const MOST_ATTEMPTS = 10;

/**
 * Writes `count` prompts of random text that the server itself tokenizes to exactly `tokens` tokens, made as
 * `vllm bench serve` makes its own: random ids, detokenized, tokenized again, until they stay. Needs vLLM's /tokenize
 * and /detokenize.
 */
export async function writeTextPrompts(
  path: string,
  server: { readonly url: string; readonly model: string },
  count: number,
  tokens: number,
  seed: number,
): Promise<void> {
  const key = streamKey(seed, 0, purposes.words);
  let drawn = 0;
  const randomIds = (n: number): number[] => Array.from({ length: n }, () => 1000 + (draw(key, drawn++) % 4096));
  const lines: string[] = [];
  for (let attempts = 0; lines.length < count; attempts++) {
    if (attempts > MOST_ATTEMPTS * count) throw new Error(`the tokenizer gives no text of exactly ${tokens} tokens`);
    let ids = randomIds(tokens);
    for (let turn = 0; turn < MOST_ATTEMPTS; turn++) {
      const { prompt } = await ask<{ prompt: string }>(server, "detokenize", { tokens: ids });
      const again = (await ask<{ tokens: number[] }>(server, "tokenize", { prompt })).tokens;
      if (again.length === tokens) {
        lines.push(JSON.stringify({ prompt }));
        break;
      }
      ids = [...again, ...randomIds(tokens)].slice(0, tokens);
    }
  }
  await writeFile(path, `${lines.join("\n")}\n`);
}

async function ask<T>(
  server: { readonly url: string; readonly model: string },
  path: string,
  body: object,
): Promise<T> {
  const response = await fetch(`${server.url}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: server.model, add_special_tokens: false, ...body }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok)
    throw new Error(`${server.url}/${path}: HTTP ${response.status} ${(await response.text()).slice(0, 200)}`);
  return (await response.json()) as T;
}
