import type { Api } from "./generationRequest.ts";
import type { Output } from "./output.ts";

/** Stands where vLLM names its build. */
export const SYSTEM_FINGERPRINT = "llm-bench-simulator";

/** Which response: the same in every event of a stream. */
export interface ResponseIdentity {
  readonly api: Api;
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly model: string;
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
}

/** JSON in ASCII alone, so that a string's length is its length in bytes. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function head(of: ResponseIdentity, object: string): string {
  return `{"id":${asciiJson(of.id)},"object":"${object}","created":${of.created},"model":${asciiJson(of.model)}`;
}

/** Events of one stream, byte for byte in vLLM's layout; what is the same for all tokens is put together once. */
export class EventFormat {
  readonly #chat: boolean;
  readonly #head: string;
  readonly #includeUsage: boolean;
  readonly #continuousUsage: boolean;

  constructor(of: ResponseIdentity, includeUsage: boolean, continuousUsage: boolean) {
    this.#chat = of.api === "chat";
    this.#head = `data: ${head(of, this.#chat ? "chat.completion.chunk" : "text_completion")},"choices":[`;
    this.#includeUsage = includeUsage;
    this.#continuousUsage = continuousUsage;
  }

  /** Chat begins with the role alone; nobody's token. Empty for completions. */
  opening(usage: Usage): string {
    if (!this.#chat) return "";
    const choice = `{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}`;
    return `${this.#head}${choice}]${this.#running(usage)},"prompt_token_ids":null,"prompt_text":null}\n\n`;
  }

  token(index: number, text: string, usage: Usage): string {
    const content = asciiJson(text);
    const choice = this.#chat
      ? `{"index":${index},"delta":{"content":${content}},"logprobs":null,"finish_reason":null,"token_ids":null}]`
      : `{"index":${index},"text":${content},"logprobs":null,"finish_reason":null,"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]`;
    return `${this.#head}${choice}${this.#running(usage)}}\n\n`;
  }

  last(index: number, text: string, output: Output, usage: Usage): string {
    const content = asciiJson(text);
    const reason = `"finish_reason":"${output.finishReason}","stop_reason":${asciiJson(output.stopReason)}`;
    const choice = this.#chat
      ? `{"index":${index},"delta":{"content":${content}},"logprobs":null,${reason},"token_ids":null}]`
      : `{"index":${index},"text":${content},"logprobs":null,${reason},"prompt_token_ids":null,"token_ids":null}]`;
    const fingerprint = this.#includeUsage ? "" : `,"system_fingerprint":"${SYSTEM_FINGERPRINT}"`;
    return `${this.#head}${choice}${this.#running(usage)}${fingerprint}}\n\n`;
  }

  /** The event after the last token, when usage was asked for. */
  usage(usage: Usage): string {
    if (!this.#includeUsage) return "";
    const details = `"prompt_tokens_details":{"cached_tokens":${usage.cachedTokens}${this.#chat ? ',"created_cache_tokens":0' : ""}}`;
    return `${this.#head}],"usage":{${counts(usage)},${details}},"system_fingerprint":"${SYSTEM_FINGERPRINT}"}\n\n`;
  }

  #running(usage: Usage): string {
    if (!this.#continuousUsage) return "";
    return `,"usage":{${counts(usage)}${this.#chat ? ',"completion_tokens_details":null' : ""}}`;
  }
}

export const DONE_EVENT = "data: [DONE]\n\n";

/** vLLM prints this one with Python's spaces. */
export function errorEvent(body: unknown): string {
  const { message, type, param, code } = (body as { error: Record<string, unknown> }).error;
  const fields = Object.entries({ message, type, param, code });
  return `data: {"error": {${fields.map(([key, value]) => `"${key}": ${asciiJson(value)}`).join(", ")}}}\n\n`;
}

function counts({ promptTokens, completionTokens }: Usage): string {
  return `"prompt_tokens":${promptTokens},"total_tokens":${promptTokens + completionTokens},"completion_tokens":${completionTokens}`;
}

/** The body of an answer that was not streamed. `texts` are whole, one per output. */
export function fullBody(
  of: ResponseIdentity,
  outputs: readonly Output[],
  texts: readonly string[],
  usage: Usage,
): string {
  const chat = of.api === "chat";
  const choices = outputs.map((output, index) => {
    const end = `"logprobs":null,"finish_reason":"${output.finishReason}","stop_reason":${asciiJson(output.stopReason)},"token_ids":null`;
    const text = asciiJson(texts[index]);
    return chat
      ? `{"index":${index},"message":{"role":"assistant","content":${text},"refusal":null,"annotations":null,"audio":null,"function_call":null,"reasoning":null},${end},"routed_experts":null}`
      : `{"index":${index},"text":${text},${end},"prompt_logprobs":null,"prompt_token_ids":null,"routed_experts":null}`;
  });
  const created = chat ? "0" : "null";
  const details = `"prompt_tokens_details":{"cached_tokens":${usage.cachedTokens},"created_cache_tokens":${created},"multimodal_tokens":null},"completion_tokens_details":null`;
  const tail = chat ? `"prompt_logprobs":null,"prompt_token_ids":null,"prompt_text":null,` : "";
  return `${head(of, chat ? "chat.completion" : "text_completion")},"choices":[${choices.join(",")}],"service_tier":null,"system_fingerprint":"${SYSTEM_FINGERPRINT}","usage":{${counts(usage)},${details}},${tail}"kv_transfer_params":null,"ec_transfer_params":null,"metrics":null}`;
}
