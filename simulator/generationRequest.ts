import { badRequest, unknownModel } from "./apiError.ts";
import { chatPrompt } from "./chatPrompt.ts";
import type { SimulatorConfig } from "./config.ts";
import { type Body, boolean, integer, integers, number, object, strings } from "./requestFields.ts";
import { tokenize } from "./tokenizer.ts";
import { VOCABULARY_SIZE } from "./vocabulary.ts";

export type Api = "chat" | "completions";

/** A request body after vLLM's checks. One sequence per prompt. */
export interface GenerationRequest {
  readonly api: Api;
  readonly prompts: readonly Int32Array[];
  /** Per prompt: what was asked, cut to the room that the prompt leaves in the context. */
  readonly maxTokens: readonly number[];
  readonly minTokens: number;
  readonly ignoreEos: boolean;
  readonly stop: readonly string[];
  readonly stopTokenIds: readonly number[];
  readonly includeStop: boolean;
  readonly seed: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
}

type Limits = Pick<SimulatorConfig, "model" | "maxModelLen">;

/** Throws the ApiError that vLLM would answer with. */
export function readGenerationRequest(api: Api, body: Body, limits: Limits): GenerationRequest {
  const { model } = body;
  if (typeof model === "string" && model !== limits.model) throw unknownModel(model, limits.model);
  const stream = boolean(body, "stream");
  const streamOptions = object(body, "stream_options");
  if (streamOptions && !stream) {
    throw badRequest(
      "Stream options can only be defined when `stream=True`. (parameter=stream_options)",
      "stream_options",
    );
  }
  refuseUnsimulated(api, body);
  const asked = checkedMaxTokens(api, body, limits.maxModelLen);
  const prompts = api === "chat" ? [chatPrompt(body)] : completionPrompts(body);
  const maxTokens = prompts.map((prompt) => roomFor(prompt.length, asked, limits.maxModelLen));
  const minTokens = integer(body, "min_tokens") ?? 0;
  if (minTokens < 0) throw badRequest(`min_tokens must be greater than or equal to 0, got ${minTokens}.`);
  for (const most of maxTokens) {
    if (minTokens > most) {
      throw badRequest(`min_tokens must be less than or equal to max_tokens=${most}, got ${minTokens}.`);
    }
  }
  const usageOptions = streamOptions ?? {};
  const includeUsage = boolean(usageOptions, "include_usage", "body.stream_options.include_usage");
  return {
    api,
    prompts,
    maxTokens,
    minTokens,
    ignoreEos: boolean(body, "ignore_eos"),
    stop: strings(body, "stop").filter((text) => text !== ""),
    stopTokenIds: integers(body, "stop_token_ids"),
    includeStop: boolean(body, "include_stop_str_in_output"),
    seed: integer(body, "seed") ?? 0,
    stream,
    includeUsage,
    continuousUsage:
      includeUsage && boolean(usageOptions, "continuous_usage_stats", "body.stream_options.continuous_usage_stats"),
  };
}

/** What vLLM can do and this engine cannot is refused rather than answered wrongly. */
function refuseUnsimulated(api: Api, body: Body): void {
  const n = integer(body, "n") ?? 1;
  if (n < 1) throw badRequest(`n must be at least 1, got ${n}.`);
  const refused = (what: string): Error =>
    badRequest(`${what} is not simulated by LLM Bench's engine; leave it out of the request.`, what.split("=")[0]!);
  if (n > 1) throw refused(`n=${n}`);
  const logprobs = body.logprobs ?? (api === "chat" ? false : null);
  if (logprobs !== null && logprobs !== false) throw refused("logprobs");
  if (body.prompt_logprobs !== undefined && body.prompt_logprobs !== null) throw refused("prompt_logprobs");
  if (api === "completions" && boolean(body, "echo")) throw refused("echo");
  const format = object(body, "response_format");
  if (format && format.type !== "text") throw refused("response_format");
  const temperature = number(body, "temperature");
  if (temperature !== null && temperature < 0) {
    const shown = Number.isInteger(temperature) ? temperature.toFixed(1) : String(temperature);
    throw badRequest(
      `temperature must be non-negative, got ${shown}. (parameter=temperature, value=${shown})`,
      "temperature",
    );
  }
}

/** null: not asked for. */
function checkedMaxTokens(api: Api, body: Body, maxModelLen: number): number | null {
  const maxTokens = integer(body, "max_tokens");
  const asked = api === "chat" ? (integer(body, "max_completion_tokens") ?? maxTokens) : (maxTokens ?? 16);
  if (asked === null) return null;
  if (asked > maxModelLen) {
    throw badRequest(
      `max_tokens=${asked} cannot be greater than max_model_len=${maxModelLen}. ` +
        `Please request fewer output tokens. (parameter=max_tokens, value=${asked})`,
      "max_tokens",
    );
  }
  if (asked < 1) throw tooFewTokens(asked);
  return asked;
}

function tooFewTokens(asked: number): Error {
  return badRequest(
    `max_tokens must be at least 1, got ${asked}. (parameter=max_tokens, value=${asked})`,
    "max_tokens",
  );
}

/** vLLM 0.32 does not refuse a prompt and max_tokens that together exceed the context: it cuts max_tokens to the room left. */
function roomFor(promptTokens: number, asked: number | null, maxModelLen: number): number {
  if (promptTokens > maxModelLen) {
    throw badRequest(
      `This model's maximum context length is ${maxModelLen} tokens. However, your prompt contains ${promptTokens} ` +
        "input tokens, which exceeds this limit even without any output tokens. " +
        `Please reduce the length of the input prompt. (parameter=input_tokens, value=${promptTokens})`,
      "input_tokens",
    );
  }
  const room = maxModelLen - promptTokens;
  if (room < 1) throw tooFewTokens(room);
  return Math.min(asked ?? room, room);
}

/** A text, token ids, or a list of either. */
function completionPrompts(body: Body): Int32Array[] {
  const { prompt } = body;
  if (prompt === undefined || prompt === null || prompt === "") {
    throw badRequest("Either prompt or prompt_embeds must be provided and non-empty. (parameter=prompt)", "prompt");
  }
  if (Array.isArray(prompt)) {
    if (prompt.length === 0) throw badRequest("You must pass at least one prompt");
    return typeof prompt[0] === "number" ? [onePrompt(prompt)] : prompt.map(onePrompt);
  }
  return [onePrompt(prompt)];
}

function onePrompt(prompt: unknown): Int32Array {
  if (typeof prompt === "string" && prompt !== "") return tokenize(prompt);
  if (Array.isArray(prompt) && prompt.length > 0) {
    for (const token of prompt) {
      if (!Number.isInteger(token) || token < 0 || token >= VOCABULARY_SIZE) {
        throw badRequest(`Token id ${token} is out of vocabulary`);
      }
    }
    return Int32Array.from(prompt as number[]);
  }
  if (prompt === "" || Array.isArray(prompt)) throw badRequest("The decoder prompt cannot be empty");
  throw badRequest("Each prompt must be a string or an array of tokens");
}
