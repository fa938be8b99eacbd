import type { HarnessPlan } from "./plan.ts";
import type { Prompt } from "./prompts/promptSource.ts";

/** Keys that the generator writes itself; `extraBody` may not hold them. */
export const ownedBodyKeys: readonly string[] = [
  "model",
  "stream",
  "stream_options",
  "ignore_eos",
  "max_tokens",
  "messages",
  "prompt",
  "n",
];

/** Composes bodies from a prebuilt head: what is the same in every request is serialised once. */
export function bodyComposer(plan: HarnessPlan): (prompt: Prompt) => string {
  const fixed = {
    model: plan.target.model,
    ...plan.extraBody,
    stream: plan.stream,
    ...(plan.stream ? { stream_options: { include_usage: true } } : {}),
    ...(plan.ignoreEos ? { ignore_eos: true } : {}),
  };
  const head = `${JSON.stringify(fixed).slice(0, -1)},"max_tokens":`;
  const promptKey = plan.api === "chat" ? ',"messages":' : ',"prompt":';
  // No min_tokens beside ignore_eos: it changes no length, and what it costs the engine would be measured with the rest.
  return (p) => `${head}${p.outputTokens}${promptKey}${p.json}}`;
}

export function requestPath(plan: HarnessPlan): string {
  const prefix = new URL(plan.target.baseUrl).pathname.replace(/\/+$/, "");
  return `${prefix}${plan.api === "chat" ? "/v1/chat/completions" : "/v1/completions"}`;
}
