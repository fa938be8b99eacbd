import assert from "node:assert/strict";
import { chat, complete, events, post, withSimulator } from "./simulatorUnderTest.ts";

interface Body {
  id: string;
  object: string;
  choices: { index: number; text: string; finish_reason: string; stop_reason: unknown; message: { content: string } }[];
  usage: {
    prompt_tokens: number;
    completion_tokens: number;
    total_tokens: number;
    prompt_tokens_details: { cached_tokens: number };
  };
}
const bodyOf = async (response: Promise<Response>): Promise<Body> => (await response).json() as Promise<Body>;

/** An event with what differs from run to run taken out. */
const shape = (event: string): string =>
  event
    .replace(/"id":"(cmpl|chatcmpl)-[0-9a-f]{16}"/, '"id":"$1-#"')
    .replace(/"created":\d+/, '"created":0')
    .replace(/"(text|content)":" \w+"/, '"$1":"word"');

// The layouts below are those of vLLM 0.32.0, taken from its answers to the same requests.
describe("answers of the simulator", () => {
  it("streams completions event by event as vLLM does", () =>
    withSimulator({}, async ({ url }) => {
      const response = await complete(url, { max_tokens: 2, stream: true, stream_options: { include_usage: true } });
      assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
      const head = '{"id":"cmpl-#","object":"text_completion","created":0,"model":"tiny/llama","choices":';
      const rest = '"prompt_token_ids":null,"token_ids":null}]}';
      assert.deepEqual((await events(response)).map(shape), [
        `${head}[{"index":0,"text":"word","logprobs":null,"finish_reason":null,"stop_reason":null,${rest}`,
        `${head}[{"index":0,"text":"word","logprobs":null,"finish_reason":"length","stop_reason":null,${rest}`,
        `${head}[],"usage":{"prompt_tokens":2,"total_tokens":4,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0}},"system_fingerprint":"llm-bench-simulator"}`,
        "[DONE]",
      ]);
    }));

  it("begins a chat stream with the role alone", () =>
    withSimulator({}, async ({ url }) => {
      const response = await chat(url, { max_completion_tokens: 2, stream: true });
      const head = '{"id":"chatcmpl-#","object":"chat.completion.chunk","created":0,"model":"tiny/llama","choices":';
      assert.deepEqual((await events(response)).map(shape), [
        `${head}[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null,"prompt_text":null}`,
        `${head}[{"index":0,"delta":{"content":"word"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`,
        `${head}[{"index":0,"delta":{"content":"word"},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null}],"system_fingerprint":"llm-bench-simulator"}`,
        "[DONE]",
      ]);
    }));

  it("counts usage along the way when asked to", () =>
    withSimulator({}, async ({ url }) => {
      const response = await chat(url, {
        max_tokens: 2,
        stream: true,
        stream_options: { include_usage: true, continuous_usage_stats: true },
      });
      const counts = (await events(response)).slice(0, -1).map((event) => JSON.parse(event).usage.completion_tokens);
      assert.deepEqual(counts, [0, 1, 2, 2]);
    }));

  it("answers whole, with the same text as streamed", () =>
    withSimulator({}, async ({ url }) => {
      const whole = await bodyOf(chat(url, { max_tokens: 12, ignore_eos: true }));
      assert.equal(whole.object, "chat.completion");
      assert.match(whole.id, /^chatcmpl-[0-9a-f]{16}$/);
      assert.equal(whole.choices[0]!.finish_reason, "length");
      assert.equal(whole.usage.completion_tokens, 12);
      const streamed = (await events(await chat(url, { max_tokens: 12, ignore_eos: true, stream: true })))
        .slice(0, -1)
        .map((event) => JSON.parse(event).choices[0].delta.content)
        .join("");
      assert.equal(streamed, whole.choices[0]!.message.content);
      assert.equal(streamed.trim().split(" ").length, 12);
    }));

  it("takes token ids and lists of prompts", () =>
    withSimulator({}, async ({ url }) => {
      const one = await bodyOf(complete(url, { prompt: [5, 6, 7], max_tokens: 2, ignore_eos: true }));
      assert.equal(one.usage.prompt_tokens, 3);
      const two = await bodyOf(complete(url, { prompt: [[5, 6, 7], [8]], max_tokens: 2, ignore_eos: true }));
      assert.deepEqual(
        two.choices.map(({ index }) => index),
        [0, 1],
      );
      assert.deepEqual([two.usage.prompt_tokens, two.usage.completion_tokens], [4, 4]);
      assert.equal(two.choices[0]!.text, one.choices[0]!.text);
      const streamed = await events(
        await complete(url, { prompt: ["ab", "cd"], max_tokens: 2, ignore_eos: true, stream: true }),
      );
      const order = streamed.slice(0, -1).map((event) => JSON.parse(event).choices[0].index);
      assert.deepEqual(order, [0, 1, 0, 1]);
    }));

  it("reports cached prompt tokens, also for text that begins alike", () =>
    withSimulator({}, async ({ url }) => {
      const prefix = "The quick brown fox jumps over the lazy dog. ".repeat(20);
      const first = await bodyOf(complete(url, { prompt: `${prefix} One.`, max_tokens: 1 }));
      const second = await bodyOf(complete(url, { prompt: `${prefix} Two.`, max_tokens: 1 }));
      assert.equal(first.usage.prompt_tokens_details.cached_tokens, 0);
      const cached = second.usage.prompt_tokens_details.cached_tokens;
      // All full blocks of 16 that the two have in common.
      assert.equal(cached, Math.floor((second.usage.prompt_tokens - 2) / 16) * 16);
      assert.equal((await post(url, "/reset_prefix_cache", "")).status, 200);
      const third = await bodyOf(complete(url, { prompt: `${prefix} Three.`, max_tokens: 1 }));
      assert.equal(third.usage.prompt_tokens_details.cached_tokens, 0);
    }));

  it("ends by itself at a length that the seed decides, and not when told to ignore it", () =>
    withSimulator({ speed: 100 }, async ({ url }) => {
      const free = await bodyOf(complete(url, { max_tokens: 2000 }));
      const again = await bodyOf(complete(url, { max_tokens: 2000 }));
      assert.equal(free.choices[0]!.finish_reason, "stop");
      assert.equal(again.usage.completion_tokens, free.usage.completion_tokens);
      assert.ok(free.usage.completion_tokens >= 16 && free.usage.completion_tokens <= 1024);
      const forced = await bodyOf(complete(url, { max_tokens: 1100, ignore_eos: true }));
      assert.equal(forced.usage.completion_tokens, 1100);
      assert.equal(forced.choices[0]!.finish_reason, "length");
      const least = await bodyOf(complete(url, { max_tokens: 2000, min_tokens: 1500 }));
      // 1,500 tokens, then the end token, which has no text.
      assert.equal(least.usage.completion_tokens, 1501);
    }));

  it("stops at a stop string, which it does not send", () =>
    withSimulator({}, async ({ url }) => {
      const whole = (await bodyOf(complete(url, { max_tokens: 30, ignore_eos: true }))).choices[0]!.text;
      const stop = whole.trim().split(" ")[9]!;
      const request = { max_tokens: 30, ignore_eos: true, stop: ["@@@", `${stop}`] };
      const stopped = (await bodyOf(complete(url, request))).choices[0]!;
      assert.equal(stopped.text, whole.slice(0, whole.indexOf(stop)));
      assert.deepEqual([stopped.finish_reason, stopped.stop_reason], ["stop", stop]);
      const streamed = (await events(await complete(url, { ...request, stream: true }))).slice(0, -1);
      assert.equal(streamed.map((event) => JSON.parse(event).choices[0].text).join(""), stopped.text);
      const kept = await bodyOf(complete(url, { ...request, include_stop_str_in_output: true }));
      assert.equal(kept.choices[0]!.text, stopped.text + stop);
      const later = await bodyOf(complete(url, { ...request, min_tokens: 30 }));
      assert.equal(later.usage.completion_tokens, 30);
    }));

  it("cuts max_tokens to the room that the prompt leaves, as vLLM 0.32 does", () =>
    withSimulator({ maxModelLen: 64 }, async ({ url }) => {
      const prompt = Array.from({ length: 50 }, (_, i) => 300 + i);
      const cut = await bodyOf(complete(url, { prompt, max_tokens: 60, ignore_eos: true }));
      assert.deepEqual([cut.usage.completion_tokens, cut.usage.total_tokens], [14, 64]);
    }));

  it("takes the request's id", () =>
    withSimulator({}, async ({ url }) => {
      const response = await post(
        url,
        "/v1/completions",
        { prompt: "a", max_tokens: 1 },
        { headers: { "x-request-id": "abc" } },
      );
      assert.equal(((await response.json()) as Body).id, "cmpl-abc");
    }));

  it("keeps one connection for request after request", () =>
    withSimulator({}, async ({ url }) => {
      const { createConnection } = await import("node:net");
      const socket = createConnection(Number(new URL(url).port), "127.0.0.1");
      let received = "";
      const ended = (count: number) =>
        new Promise<void>((resolve) => {
          const look = (chunk?: Buffer): void => {
            received += chunk?.toString("latin1") ?? "";
            if (received.split("\r\n0\r\n\r\n").length > count) resolve();
            else socket.once("data", look);
          };
          look();
        });
      const body = JSON.stringify({ prompt: "a", max_tokens: 3, ignore_eos: true, stream: true });
      const request = `POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
      for (let i = 1; i <= 3; i++) {
        socket.write(request);
        await ended(i);
      }
      socket.destroy();
      assert.equal(received.match(/HTTP\/1\.1 200 OK/g)?.length, 3);
      assert.equal(received.match(/data: \[DONE\]/g)?.length, 3);
      // Each event is a chunk of its own, and its length is right.
      for (const [, length, event] of received.matchAll(/\r\n([0-9a-f]+)\r\n(data: .*\n\n)\r\n/g)) {
        assert.equal(Number.parseInt(length!, 16), event!.length);
      }
    }));
});
