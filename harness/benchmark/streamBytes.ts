/** The bytes of vLLM's chat stream, as its 0.32 sends them; every event but the last is an HTTP chunk of its own there. */
export const streamHead =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";
export const streamTail = "0\r\n\r\n";

const words = [" the", " is", " token", " of", " a", "ing", " server", "\n"];

export function roleEvent(): string {
  return choiceEvent({ role: "assistant", content: "" }, null);
}

/** Token `i` of `count`; the last one carries the finish reason. */
export function tokenEvent(i: number, count: number): string {
  return choiceEvent({ content: words[i % words.length] }, i === count - 1 ? "length" : null);
}

/** The usage event and [DONE]. */
export function endEvents(count: number): string {
  const usage = { prompt_tokens: 32, total_tokens: 32 + count, completion_tokens: count };
  return `${event({ choices: [], usage: { ...usage, prompt_tokens_details: { cached_tokens: 0 } } })}data: [DONE]\n\n`;
}

export function httpChunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

function choiceEvent(delta: object, finishReason: string | null): string {
  return event({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason, token_ids: null }] });
}

function event(fields: object): string {
  const head = { id: "chatcmpl-a2fc5484bcd0652c", object: "chat.completion.chunk", created: 1795327894 };
  return `data: ${JSON.stringify({ ...head, model: "tiny/llama", ...fields })}\n\n`;
}
