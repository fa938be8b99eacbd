import assert from "node:assert/strict";
import { waitReady } from "../../harness/waitReady.ts";
import { fixed, ScriptedServer } from "./scriptedServer.ts";

const models = (...ids: string[]): string =>
  fixed("200 OK", "application/json", JSON.stringify({ object: "list", data: ids.map((id) => ({ id })) }));
const loading = fixed("503 Service Unavailable", "text/plain", "loading");

interface Waited {
  readonly unusable: string | null;
  readonly notes: readonly string[];
  readonly heads: readonly string[];
  readonly tookMs: number;
}

/** Waits for an engine that gives these answers in turn, the last one for ever. */
async function waitFor(answers: readonly string[], apiKey: string | null = null, seconds = 5): Promise<Waited> {
  const server = await ScriptedServer.start(() => {});
  const heads: string[] = [];
  const notes: string[] = [];
  server.onGet = (path, head) => {
    assert.equal(path, "/v1/models");
    return answers[Math.min(heads.push(head), answers.length) - 1]!;
  };
  const startMs = performance.now();
  try {
    const target = { name: "t", baseUrl: server.origin, model: "m", apiKeyEnv: apiKey === null ? null : "THE_KEY" };
    const signal = new AbortController().signal;
    const onWait = (_: number, note: string): void => void notes.push(note);
    const unusable = await waitReady(target, apiKey, { seconds, signal, onWait, pauseMs: 20 });
    const message = unusable?.replace(server.origin, "URL") ?? null;
    return { unusable: message, notes, heads, tookMs: performance.now() - startMs };
  } finally {
    await server.stop();
  }
}

describe("waitReady", () => {
  it("waits while the engine loads, says what it meets, and goes on when the model is listed", async () => {
    const answers = [
      loading,
      fixed("404 Not Found", "text/html", ""),
      fixed("200 OK", "text/html", "hi"),
      models("x", "m"),
    ];
    const { unusable, notes } = await waitFor(answers);
    assert.equal(unusable, null);
    assert.deepEqual(notes, [
      "not asked yet",
      "GET /v1/models: HTTP 503: loading",
      "GET /v1/models: HTTP 404",
      "GET /v1/models answers without a list of models",
    ]);
  });

  it("asks with the key, on a new connection each time", async () => {
    const { unusable, heads } = await waitFor([loading, models("m")], "k-123");
    assert.equal(unusable, null);
    assert.equal(heads.length, 2);
    for (const head of heads) assert.match(head, /\r\nauthorization: Bearer k-123(\r\n|$)/);
  });

  it("gives up at once on a wrong key, and never shows it", async () => {
    const refusal = (key: string) => fixed("401 Unauthorized", "application/json", `{"error": "bad key ${key}"}`);
    const wrong = await waitFor([refusal("k-123")], "k-123");
    assert.equal(
      wrong.unusable,
      "the engine at URL refuses the API key: GET /v1/models: HTTP 401: bad key ***; give THE_KEY the key that the engine was started with",
    );
    assert.equal(wrong.heads.length, 1);
    const none = await waitFor([fixed("403 Forbidden", "text/plain", "")]);
    assert.equal(
      none.unusable,
      "the engine at URL wants an API key, and the plan names none: GET /v1/models: HTTP 403; set target.apiKeyEnv",
    );
  });

  it("gives up after three lists without the model, and names what is served", async () => {
    const late = await waitFor([models(), models("other"), models("m")]);
    assert.equal(late.unusable, null);
    const { unusable, heads } = await waitFor([models("a/b", "c")]);
    assert.equal(
      unusable,
      'the engine at URL does not serve "m", but "a/b", "c"; give a model that it serves, or have it serve this one',
    );
    assert.equal(heads.length, 3);
    assert.match((await waitFor([models()])).unusable!, /does not serve "m", but no model at all;/);
  });

  it("tells an engine that loads too long from one that never answered", async () => {
    const slow = await waitFor([loading], null, 0.3);
    assert.equal(
      slow.unusable,
      "the engine at URL is not ready after 0.3 s: GET /v1/models: HTTP 503: loading; see the engine's log, and give it longer if it is still loading",
    );
    assert.ok(slow.tookMs < 5000, `took ${slow.tookMs} ms`);
    assert.ok(slow.heads.length > 1);

    const stuck = await waitFor([loading, ""], null, 0.3);
    assert.match(stuck.unusable!, /is not ready after 0\.3 s: GET \/v1\/models: HTTP 503: loading;/);

    const silent = await waitFor([""], null, 0.3);
    assert.match(
      silent.unusable!,
      /^the engine at URL never answered in 0\.3 s: GET \/v1\/models: no answer in 0\.\d+ s; check/,
    );
    assert.ok(silent.tookMs < 5000, `took ${silent.tookMs} ms`);

    const target = { name: "t", baseUrl: "http://127.0.0.1:1", model: "m", apiKeyEnv: null };
    const options = { seconds: 0.1, signal: new AbortController().signal, onWait: () => {}, pauseMs: 20 };
    assert.match(
      (await waitReady(target, null, options))!,
      /^the engine at http:\/\/127\.0\.0\.1:1 never answered in 0\.1 s: GET \/v1\/models: connect ECONNREFUSED 127\.0\.0\.1:1; check that it runs/,
    );
    const nowhere = { ...target, baseUrl: "http://no-such-engine.invalid:8000" };
    assert.match(
      (await waitReady(nowhere, null, { ...options, seconds: 3, pauseMs: 2000 }))!,
      /never answered .* (ENOTFOUND|EAI_AGAIN)/,
    );
  });

  it("ends when it is told to, also in the middle of a try", async () => {
    const server = await ScriptedServer.start(() => {});
    server.onGet = () => "";
    const stopper = new AbortController();
    const target = { name: "t", baseUrl: server.origin, model: "m", apiKeyEnv: null };
    setTimeout(() => stopper.abort("enough"), 50);
    const startMs = performance.now();
    assert.equal(await waitReady(target, null, { seconds: 60, signal: stopper.signal, onWait: () => {} }), null);
    assert.ok(performance.now() - startMs < 1000);
    await server.stop();
  });
});
