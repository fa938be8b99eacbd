import type { HarnessPlan } from "../plan.ts";

/** Plain text as the JSON of `prompt` or `messages`; `text` is already escaped for JSON. */
export function promptJson(api: HarnessPlan["api"], text: string): string {
  return api === "chat" ? `[{"role":"user","content":"${text}"}]` : `"${text}"`;
}
