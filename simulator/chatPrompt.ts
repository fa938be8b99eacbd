import { badRequest, invalidBody } from "./apiError.ts";
import { imagePart } from "./imagePart.ts";
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
  return tokenized([...messages.flatMap(rendered), "<|assistant|>\n"]);
}

/** Text, or the tokens of an image. */
type Piece = string | Int32Array;

/** Text between images is cut into tokens as a whole, as if no message ended there. */
function tokenized(pieces: readonly Piece[]): Int32Array {
  const runs: Int32Array[] = [];
  let text = "";
  for (const piece of pieces) {
    if (typeof piece === "string") text += piece;
    else {
      runs.push(tokenize(text), piece);
      text = "";
    }
  }
  if (runs.length === 0) return tokenize(text);
  runs.push(tokenize(text));
  const tokens = new Int32Array(runs.reduce((sum, run) => sum + run.length, 0));
  let at = 0;
  for (const run of runs) {
    tokens.set(run, at);
    at += run.length;
  }
  return tokens;
}

function rendered(message: unknown, i: number): Piece[] {
  const { role, content } = (message ?? {}) as { role?: unknown; content?: unknown };
  if (typeof role !== "string") {
    throw invalidBody("missing", `body.messages.${i}.role`, "Field required", "'<dict of 1 items>'");
  }
  return [`<|${role}|>\n`, ...piecesOf(content, i), "<|end|>\n"];
}

function piecesOf(content: unknown, i: number): Piece[] {
  if (content === undefined || content === null) return []; // an assistant's message that only called tools
  if (typeof content === "string") return [content];
  if (!Array.isArray(content)) {
    throw invalidBody("string_type", `body.messages.${i}.content`, "Input should be a valid string", `'${content}'`);
  }
  const parts = content.map((part: { type?: unknown; text?: unknown; image_url?: unknown } | null): Piece => {
    if (part?.type === "text" && typeof part.text === "string") return part.text;
    if (part?.type === "image_url") return imagePart(part.image_url);
    throw badRequest(
      `Content part of type ${String(part?.type)} is not simulated; this engine reads text and image_url only.`,
    );
  });
  return parts.flatMap((part, n) => (n === 0 ? [part] : ["\n", part]));
}
