import assert from "node:assert/strict";
import { chat, complete, post, withSimulator } from "./simulatorUnderTest.ts";

/** Status and error object; texts and types are those of vLLM 0.32.0 for the same requests. */
async function refusal(response: Promise<Response>): Promise<[number, Record<string, unknown>]> {
  const answer = await response;
  return [answer.status, ((await answer.json()) as { error: Record<string, unknown> }).error];
}
const bad = (message: string, param: string | null) => [400, { message, type: "BadRequestError", param, code: 400 }];
const invalid = (finding: string, param: string) => [
  400,
  { message: `1 validation error:\n  ${finding}`, type: "Bad Request", param, code: 400 },
];

describe("refusals of the simulator", () => {
  it("knows one model", () =>
    withSimulator({}, async ({ url }) => {
      const message = "The model `nope` does not exist. Valid aliases: tiny/llama.";
      const expected = [404, { message, type: "NotFoundError", param: "model", code: 404 }];
      assert.deepEqual(await refusal(complete(url, { model: "nope" })), expected);
      assert.deepEqual(await refusal(chat(url, { model: "nope" })), expected);
      // vLLM serves its only model when none is named.
      assert.equal((await post(url, "/v1/completions", { prompt: "a", max_tokens: 1 })).status, 200);
    }));

  it("keeps to the context length", () =>
    withSimulator({ maxModelLen: 4096 }, async ({ url }) => {
      assert.deepEqual(
        await refusal(complete(url, { max_tokens: 5000 })),
        bad(
          "max_tokens=5000 cannot be greater than max_model_len=4096. Please request fewer output tokens. (parameter=max_tokens, value=5000)",
          "max_tokens",
        ),
      );
      const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
      assert.deepEqual(
        await refusal(complete(url, { prompt: ids(4100) })),
        bad(
          "This model's maximum context length is 4096 tokens. However, your prompt contains 4100 input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=4100)",
          "input_tokens",
        ),
      );
      assert.deepEqual(
        await refusal(complete(url, { prompt: ids(4096), max_tokens: 1 })),
        bad("max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)", "max_tokens"),
      );
    }));

  it("names the parameter that is wrong", () =>
    withSimulator({}, async ({ url }) => {
      const noPrompt = "Either prompt or prompt_embeds must be provided and non-empty. (parameter=prompt)";
      assert.deepEqual(await refusal(complete(url, { prompt: "" })), bad(noPrompt, "prompt"));
      assert.deepEqual(await refusal(complete(url, { prompt: undefined })), bad(noPrompt, "prompt"));
      assert.deepEqual(await refusal(complete(url, { prompt: [] })), bad("You must pass at least one prompt", null));
      assert.deepEqual(
        await refusal(complete(url, { prompt: [999_999] })),
        bad("Token id 999999 is out of vocabulary", null),
      );
      assert.deepEqual(
        await refusal(complete(url, { max_tokens: -1 })),
        bad("max_tokens must be at least 1, got -1. (parameter=max_tokens, value=-1)", "max_tokens"),
      );
      assert.deepEqual(
        await refusal(complete(url, { max_tokens: 1, min_tokens: 3 })),
        bad("min_tokens must be less than or equal to max_tokens=1, got 3.", null),
      );
      assert.deepEqual(
        await refusal(complete(url, { stream_options: { include_usage: true } })),
        bad("Stream options can only be defined when `stream=True`. (parameter=stream_options)", "stream_options"),
      );
      assert.deepEqual(
        await refusal(complete(url, { temperature: -1 })),
        bad("temperature must be non-negative, got -1.0. (parameter=temperature, value=-1.0)", "temperature"),
      );
      assert.deepEqual(
        await refusal(chat(url, { messages: [] })),
        bad("Cannot apply chat template to an empty conversation. Provide at least one message.", null),
      );
    }));

  it("finds bodies that are none", () =>
    withSimulator({}, async ({ url }) => {
      assert.deepEqual(
        await refusal(post(url, "/v1/completions", "")),
        invalid("{'type': 'missing', 'loc': 'body', 'msg': 'Field required', 'input': 'None'}", "body"),
      );
      const [status, error] = await refusal(post(url, "/v1/completions", '{"prompt":'));
      assert.equal(status, 400);
      assert.equal(error.param, "body.10");
      assert.match(String(error.message), /'type': 'json_invalid', 'loc': 'body\.10', 'msg': 'JSON decode error'/);
      assert.deepEqual(
        await refusal(complete(url, { max_tokens: "x" })),
        invalid(
          "{'type': 'int_parsing', 'loc': 'body.max_tokens', 'msg': 'Input should be a valid integer, unable to parse string as an integer', 'input': 'x'}",
          "body.max_tokens",
        ),
      );
      assert.deepEqual(
        await refusal(complete(url, { max_tokens: 1.5 })),
        invalid(
          "{'type': 'int_from_float', 'loc': 'body.max_tokens', 'msg': 'Input should be a valid integer, got a number with a fractional part', 'input': '1.5'}",
          "body.max_tokens",
        ),
      );
      assert.deepEqual(
        await refusal(complete(url, { stream: "yes!" })),
        invalid(
          "{'type': 'bool_parsing', 'loc': 'body.stream', 'msg': 'Input should be a valid boolean, unable to interpret input', 'input': 'yes!'}",
          "body.stream",
        ),
      );
      assert.deepEqual(
        await refusal(post(url, "/v1/chat/completions", { model: "tiny/llama", max_tokens: 1 })),
        invalid(
          "{'type': 'missing', 'loc': 'body.messages', 'msg': 'Field required', 'input': '<dict of 2 items>'}",
          "body.messages",
        ),
      );
      const text = await refusal(post(url, "/v1/completions", "{}", { headers: { "content-type": "text/plain" } }));
      assert.match(String(text[1].message), /Unsupported Media Type: Only 'application\/json' is allowed/);
    }));

  it("says what it does not simulate", () =>
    withSimulator({}, async ({ url }) => {
      for (const [key, value] of Object.entries({
        n: 2,
        logprobs: 1,
        echo: true,
        response_format: { type: "json_object" },
      })) {
        const [status, error] = await refusal(complete(url, { [key]: value }));
        assert.equal(status, 400);
        assert.equal(error.param, key);
        assert.match(String(error.message), new RegExp(`^${key}.* is not simulated by LLM Bench's engine`));
      }
    }));

  it("answers other paths and methods as vLLM's web framework does", () =>
    withSimulator({}, async ({ url }) => {
      const unknown = await fetch(`${url}/nope`);
      assert.deepEqual([unknown.status, await unknown.json()], [404, { detail: "Not Found" }]);
      const wrong = await fetch(`${url}/v1/completions`);
      assert.deepEqual([wrong.status, await wrong.json()], [405, { detail: "Method Not Allowed" }]);
      assert.equal(wrong.headers.get("allow"), "POST");
    }));

  it("asks for the API key under /v1 and nowhere else", () =>
    withSimulator(
      {},
      async ({ url }) => {
        for (const authorization of ["", "Bearer wrong", "Bearer", "Basic secret", "Bearer secret2"]) {
          const response = await fetch(`${url}/v1/models`, { headers: authorization ? { authorization } : {} });
          assert.deepEqual([response.status, await response.json()], [401, { error: "Unauthorized" }]);
        }
        assert.equal((await complete(url, {})).status, 401);
        const headers = { authorization: "Bearer secret" };
        assert.equal((await fetch(`${url}/v1/models`, { headers })).status, 200);
        assert.equal((await post(url, "/v1/completions", { prompt: "a" }, { headers })).status, 200);
        assert.equal((await fetch(`${url}/health`)).status, 200);
        assert.equal((await fetch(`${url}/metrics`)).status, 200);
      },
      { apiKey: "secret" },
    ));
});
