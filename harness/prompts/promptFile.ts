import { readFileSync } from "node:fs";
import { sampleLength } from "../distribution.ts";
import type { DataSource, HarnessPlan } from "../plan.ts";
import { PlanError } from "../planError.ts";
import { draw, purposes, streamKey } from "../random.ts";
import { promptJson } from "./promptJson.ts";
import type { PromptSource } from "./promptSource.ts";

interface FilePrompt {
  readonly json: string;
  readonly maxTokens: number | null;
}

/**
 * Custom prompts, in the file's order: each stage starts at a line of its own and goes round; warm-up goes backwards
 * from the end. A file with fewer prompts than the run sends requests repeats them, and then prefix caches do help.
 *
 * @throws PlanError with file and line.
 */
export function fileSource(
  data: Extract<DataSource, { type: "file" }>,
  api: HarnessPlan["api"],
  seed: number,
): PromptSource {
  const prompts = readPrompts(data.path, api);
  return {
    forStage(stage) {
      const outputKey = streamKey(seed, stage, purposes.outputLength);
      const warmup = stage === 0xffff;
      const start = warmup ? 0 : draw(streamKey(seed, stage, purposes.file), 0) % prompts.length;
      return (i) => {
        const line = (start + i) % prompts.length;
        const prompt = prompts[warmup ? prompts.length - 1 - line : line]!;
        return {
          json: prompt.json,
          inputTokens: null,
          outputTokens: prompt.maxTokens ?? sampleLength(data.outputTokens, outputKey, i),
        };
      };
    },
  };
}

function readPrompts(path: string, api: HarnessPlan["api"]): FilePrompt[] {
  const isJson = path.endsWith(".jsonl");
  if (!isJson && !path.endsWith(".txt")) {
    throw new PlanError("data.path", path, "a .jsonl file (one JSON object a line) or a .txt file (one prompt a line)");
  }
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new PlanError("data.path", path, `a readable file (${(error as Error).message})`);
  }
  const prompts: FilePrompt[] = [];
  text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .forEach((line, index) => {
      if (line.trim() === "") return;
      prompts.push(
        isJson ? jsonPrompt(line, api, `${path}:${index + 1}`) : { json: quoted(api, line), maxTokens: null },
      );
    });
  if (prompts.length === 0) throw new PlanError("data.path", path, "a file with at least one prompt; it is empty");
  return prompts;
}

function jsonPrompt(line: string, api: HarnessPlan["api"], where: string): FilePrompt {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new PlanError(where, line, `one JSON object a line (${(error as Error).message})`);
  }
  const { prompt, messages, max_tokens: maxTokens = null } = (value ?? {}) as Record<string, unknown>;
  if (maxTokens !== null && !(Number.isInteger(maxTokens) && (maxTokens as number) > 0)) {
    throw new PlanError(`${where} max_tokens`, maxTokens, "a whole number of at least 1, or no such key");
  }
  const json = messages === undefined ? plainPrompt(prompt, api, where) : messageList(messages, prompt, api, where);
  return { json, maxTokens: maxTokens as number | null };
}

function plainPrompt(prompt: unknown, api: HarnessPlan["api"], where: string): string {
  if (typeof prompt !== "string" || prompt === "") {
    throw new PlanError(`${where} prompt`, prompt, 'a text that is not empty, or "messages" in its place');
  }
  return quoted(api, prompt);
}

function messageList(messages: unknown, prompt: unknown, api: HarnessPlan["api"], where: string): string {
  if (prompt !== undefined) throw new PlanError(where, "prompt and messages", "one of the two");
  if (api !== "chat") throw new PlanError(`${where} messages`, messages, '"prompt", or api "chat" in the plan');
  const isMessage = (m: unknown): boolean => typeof (m as Record<string, unknown> | null)?.role === "string";
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) {
    throw new PlanError(`${where} messages`, messages, 'a list of {"role", "content"} with at least one entry');
  }
  return JSON.stringify(messages);
}

function quoted(api: HarnessPlan["api"], text: string): string {
  return promptJson(api, JSON.stringify(text).slice(1, -1));
}
