import type { HarnessPlan } from "../plan.ts";

/** Plain text as the JSON of `prompt` or `messages`; `text` is already escaped for JSON. */
export function promptJson(api: HarnessPlan["api"], text: string): string {
  return api === "chat" ? `[{"role":"user","content":"${text}"}]` : `"${text}"`;
}

/** A chat message of text and images; data URLs have nothing to escape. */
export function imageJson(text: string, urls: readonly string[]): string {
  let parts = `{"type":"text","text":"${text}"}`;
  for (const url of urls) parts += `,{"type":"image_url","image_url":{"url":"${url}"}}`;
  return `[{"role":"user","content":[${parts}]}]`;
}
