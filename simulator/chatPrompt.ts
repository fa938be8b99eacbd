import { badRequest, invalidBody } from "./apiError.ts";
import { type Body, required } from "./requestFields.ts";
import { tokenize } from "./tokenizer.ts";

/** The template: a header line per message, its text, an end mark; then the header of the answer to come. */
export function chatPrompt(body: Body): Int32Array {
  const messages = required(body, "messages");
  if (!Array.isArray(messages)) {
    throw invalidBody("list_type", "body.messages", "Input should be a valid list", `'${typeof messages}'`);
  }
  if (messages.length === 0) {
    throw badRequest("Cannot apply chat template to an empty conversation. Provide at least one message.");
  }
  return tokenize(`${messages.map(rendered).join("")}<|assistant|>\n`);
}

function rendered(message: unknown, i: number): string {
  const { role, content } = (message ?? {}) as { role?: unknown; content?: unknown };
  if (typeof role !== "string") {
    throw invalidBody("missing", `body.messages.${i}.role`, "Field required", "'<dict of 1 items>'");
  }
  return `<|${role}|>\n${textOf(content, i)}<|end|>\n`;
}

function textOf(content: unknown, i: number): string {
  if (content === undefined || content === null) return ""; // an assistant's message that only called tools
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) {
    throw invalidBody("string_type", `body.messages.${i}.content`, "Input should be a valid string", `'${content}'`);
  }
  const parts = content.map((part: { type?: unknown; text?: unknown } | null) => {
    if (part?.type === "text" && typeof part.text === "string") return part.text;
    throw badRequest(`Content part of type ${String(part?.type)} is not simulated; this engine reads text only.`);
  });
  return parts.join("\n");
}
