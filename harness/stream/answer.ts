/** What one JSON object of the API (a stream's event or a whole body) says. */
export interface Answer {
  /** Some output came with it: content, reasoning, a refusal or a tool call. A role alone is none (vllm#15106). */
  readonly hasTokens: boolean;
  readonly finishReason: string | null;
  readonly usage: Usage | null;
  /** The server reports an error instead. */
  readonly error: string | null;
}

export interface Usage {
  readonly promptTokens: number | null;
  readonly outputTokens: number | null;
  readonly cachedTokens: number | null;
}

type Json = Record<string, unknown>;

/** null: the object is nothing that the API promises. */
export function readAnswer(value: unknown): Answer | null {
  if (!isObject(value)) return null;
  const error = errorText(value);
  if (error !== null) return { hasTokens: false, finishReason: null, usage: null, error };
  const usage = readUsage(value.usage);
  if (!Array.isArray(value.choices)) {
    return usage === null ? null : { hasTokens: false, finishReason: null, usage, error: null };
  }
  let hasTokens = false;
  let finishReason: string | null = null;
  for (const choice of value.choices) {
    if (!isObject(choice)) return null;
    hasTokens ||= choiceHasTokens(choice);
    if (typeof choice.finish_reason === "string") finishReason = choice.finish_reason;
  }
  return { hasTokens, finishReason, usage, error: null };
}

/** The message of {"error": {...}}, {"error": "..."}, {"object": "error", ...} or {"detail": ...}; null without one. */
export function errorText(value: unknown): string | null {
  if (!isObject(value)) return null;
  if (value.error !== undefined && value.error !== null) {
    const error = value.error;
    if (!isObject(error)) return String(error);
    const kind = error.type ?? error.code;
    const message = typeof error.message === "string" ? error.message : JSON.stringify(error);
    return kind === undefined || kind === null ? message : `${kind}: ${message}`;
  }
  if (value.object === "error") return typeof value.message === "string" ? value.message : JSON.stringify(value);
  if (value.detail !== undefined) return typeof value.detail === "string" ? value.detail : JSON.stringify(value.detail);
  return null;
}

function choiceHasTokens(choice: Json): boolean {
  // Set by `return_token_ids`: says more than the text, which is empty while a character's bytes are incomplete.
  if (Array.isArray(choice.token_ids) && choice.token_ids.length > 0) return true;
  if (isText(choice.text)) return true;
  const delta = choice.delta ?? choice.message;
  if (!isObject(delta)) return false;
  return (
    isText(delta.content) ||
    isText(delta.reasoning) ||
    isText(delta.reasoning_content) ||
    isText(delta.refusal) ||
    isObject(delta.function_call) ||
    (Array.isArray(delta.tool_calls) && delta.tool_calls.length > 0)
  );
}

function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const details = isObject(value.prompt_tokens_details) ? value.prompt_tokens_details : {};
  return {
    promptTokens: count(value.prompt_tokens),
    outputTokens: count(value.completion_tokens),
    cachedTokens: count(details.cached_tokens),
  };
}

function count(value: unknown): number | null {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31 ? (value as number) : null;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
