import assert from "node:assert/strict";
import { errorText, readAnswer } from "../../../harness/stream/answer.ts";

const choice = (fields: object): object => ({ choices: [{ index: 0, ...fields }] });

describe("readAnswer", () => {
  it("tells token events from others", () => {
    const tokens = [
      { delta: { content: "a" } },
      { delta: { reasoning: "a" } },
      { delta: { reasoning_content: "a", content: null } },
      { delta: { refusal: "no" } },
      { delta: { tool_calls: [{ index: 0, function: { arguments: "{" } }] } },
      { delta: { function_call: { name: "f" } } },
      { text: "a" },
      { text: "", token_ids: [17] },
      { message: { role: "assistant", content: "a" } },
    ];
    for (const fields of tokens) assert.equal(readAnswer(choice(fields))?.hasTokens, true, JSON.stringify(fields));
    const none = [
      { delta: { role: "assistant", content: "" } },
      { delta: {} },
      { text: "" },
      { delta: { tool_calls: [] } },
    ];
    for (const fields of none) assert.equal(readAnswer(choice(fields))?.hasTokens, false, JSON.stringify(fields));
  });

  it("reads usage; what is missing or no count is null, never 0", () => {
    const usage = { prompt_tokens: 7, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 0 } };
    assert.deepEqual(readAnswer({ choices: [], usage })?.usage, { promptTokens: 7, outputTokens: 3, cachedTokens: 0 });
    const odd = { prompt_tokens: "7", completion_tokens: -1, prompt_tokens_details: null };
    const none = { promptTokens: null, outputTokens: null, cachedTokens: null };
    assert.deepEqual(readAnswer({ choices: [], usage: odd })?.usage, none);
  });

  it("knows the errors of the engines", () => {
    const messages = [
      [{ error: { message: "m", type: "T", code: 500 } }, "T: m"],
      [{ error: "text" }, "text"],
      [{ object: "error", message: "old vLLM" }, "old vLLM"],
      [{ detail: "Not Found" }, "Not Found"],
      [{ error: null, choices: [] }, null],
      [[], null],
    ] as const;
    for (const [body, text] of messages) assert.equal(errorText(body), text);
  });

  it("is null for what the API does not promise", () => {
    for (const value of [null, 1, "x", [], {}, { choices: 1 }, { choices: [1] }]) assert.equal(readAnswer(value), null);
  });
});
