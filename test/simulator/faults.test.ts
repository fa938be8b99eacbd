import assert from "node:assert/strict";
import { FaultPlan } from "../../simulator/faultPlan.ts";
import { chat, complete, events, faulty, metric, withSimulator } from "./simulatorUnderTest.ts";

/** Reads a stream to its end or to its break, and says which. */
async function readUntilBreak(response: Response): Promise<{ text: string; broken: boolean }> {
  let text = "";
  try {
    for await (const chunk of response.body!) text += Buffer.from(chunk).toString("latin1");
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
}
const tokensIn = (text: string): number => text.match(/"text":" \w+"/g)?.length ?? 0;
const request = { max_tokens: 8, ignore_eos: true, stream: true };

const engineDead = {
  message: "EngineCore encountered an issue. See stack trace (above) for the root cause.",
  type: "InternalServerError",
  param: null,
  code: 500,
};

describe("faults of the simulator", () => {
  it("strike the requests that the rules name", () => {
    const kinds = (plan: FaultPlan, count: number) => Array.from({ length: count }, () => plan.next()?.kind ?? null);
    assert.deepEqual(kinds(new FaultPlan([{ kind: "cut", every: 3 }]), 7), [
      null,
      null,
      "cut",
      null,
      null,
      "cut",
      null,
    ]);
    assert.deepEqual(kinds(new FaultPlan([{ kind: "stall", requests: [0, 2] }]), 4), ["stall", null, "stall", null]);
    // The first rule that fits.
    const both = new FaultPlan([
      { kind: "cut", requests: [1] },
      { kind: "empty", every: 2 },
    ]);
    assert.deepEqual(kinds(both, 4), [null, "cut", null, "empty"]);
  });

  it("http500 and http429, which says when to come back", () =>
    withSimulator(
      faulty({ kind: "http500", requests: [0] }, { kind: "http429", requests: [1], retryAfterSeconds: 7 }),
      async ({ url }) => {
        const broken = await complete(url, request);
        assert.equal(broken.status, 500);
        const { error } = (await broken.json()) as { error: unknown };
        assert.deepEqual(error, { ...engineDead, message: "Internal server error" });
        const limited = await complete(url, request);
        assert.equal(limited.status, 429);
        assert.equal(limited.headers.get("retry-after"), "7");
        assert.equal(((await limited.json()) as { error: { code: number } }).error.code, 429);
        assert.equal((await events(await complete(url, request))).length, 9);
      },
    ));

  it("cut: the connection breaks after so many tokens, and the engine is free again", () =>
    withSimulator(faulty({ kind: "cut", requests: [0, 1], afterTokens: 2 }), async ({ url, generations }) => {
      const { text, broken } = await readUntilBreak(await complete(url, request));
      assert.ok(broken);
      assert.equal(tokensIn(text), 2);
      assert.ok(!text.includes("[DONE]"));
      await assert.rejects(complete(url, { ...request, stream: false }));
      assert.equal(generations.engine.running, 0);
      assert.equal(generations.engine.cache.usage, 0);
      assert.equal(generations.inFlight, 0);
    }));

  it("stall: nothing more comes and nothing ends, until the client gives up", () =>
    withSimulator(faulty({ kind: "stall", every: 1 }), async ({ url, generations }) => {
      for (const stream of [true, false]) {
        const started = performance.now();
        const waiting = complete(url, { ...request, stream }).then(readUntilBreak);
        const ended = await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 150, "still open"))]);
        assert.equal(ended, "still open");
        assert.ok(performance.now() - started >= 149);
      }
      // Its slot is not held meanwhile.
      assert.equal(generations.engine.running, 0);
    }));

  it("malformed: one event is not JSON, the rest goes on", () =>
    withSimulator(faulty({ kind: "malformed", requests: [0, 1], afterTokens: 4 }), async ({ url }) => {
      const all = await events(await complete(url, request));
      assert.equal(all.length, 9);
      assert.throws(() => JSON.parse(all[4]!), SyntaxError);
      for (const i of [0, 1, 2, 3, 5, 6, 7]) assert.equal(JSON.parse(all[i]!).choices.length, 1);
      const whole = await complete(url, { ...request, stream: false });
      assert.equal(whole.status, 200);
      await assert.rejects(whole.json(), SyntaxError);
    }));

  it("empty: a well-formed answer without a token", () =>
    withSimulator(faulty({ kind: "empty", every: 1 }), async ({ url, generations }) => {
      assert.deepEqual(await events(await complete(url, request)), ["[DONE]"]);
      const inChat = await events(await chat(url, { ...request, stream_options: { include_usage: true } }));
      assert.equal(inChat.length, 3);
      assert.deepEqual(JSON.parse(inChat[0]!).choices[0].delta, { role: "assistant", content: "" });
      assert.equal(JSON.parse(inChat[1]!).usage.completion_tokens, 0);
      const whole = (await (await complete(url, { max_tokens: 5 })).json()) as { choices: { text: string }[] };
      assert.equal(whole.choices[0]!.text, "");
      assert.equal(generations.inFlight, 0);
    }));

  it("engineDead: an error event in every open stream, then 500 and 503 for good", () =>
    withSimulator(faulty({ kind: "engineDead", requests: [2], afterTokens: 1 }), async ({ url, generations }) => {
      const long = { max_tokens: 2000, ignore_eos: true };
      const streaming = await complete(url, { ...long, stream: true });
      const whole = complete(url, { ...long, prompt: "other" });
      await new Promise((resolve) => setTimeout(resolve, 30));
      const struck = await complete(url, { ...request, prompt: "third" });

      const text = await struck.text();
      // vLLM's own spelling: Python's JSON has a space after each colon and comma. [DONE] follows.
      const event =
        'data: {"error": {"message": "EngineCore encountered an issue. See stack trace (above) for the root cause.", ' +
        '"type": "InternalServerError", "param": null, "code": 500}}\n\ndata: [DONE]\n\n';
      assert.equal(struck.status, 200);
      assert.ok(text.endsWith(event), text);
      assert.equal(tokensIn(text), 1);
      const other = await streaming.text();
      assert.ok(other.endsWith(event));
      assert.ok(tokensIn(other) > 1);
      const failed = await whole;
      assert.deepEqual([failed.status, await failed.json()], [500, { error: engineDead }]);

      const later = await complete(url, request);
      assert.deepEqual([later.status, await later.json()], [500, { error: engineDead }]);
      assert.equal((await fetch(`${url}/health`)).status, 503);
      assert.equal(generations.engine.cache.usage, 0);
      assert.equal(await metric(url, "vllm:request_success_total", 'finished_reason="error"'), 3);
    }));

  it("always strike, even when the output is shorter than afterTokens", () =>
    withSimulator(faulty({ kind: "cut", every: 1, afterTokens: 50 }), async ({ url }) => {
      const { text, broken } = await readUntilBreak(await complete(url, request));
      assert.ok(broken);
      assert.equal(tokensIn(text), 7);
    }));
});
