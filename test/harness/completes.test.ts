import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { completes } from "../../harness/completes.ts";

type Answer = readonly [status: number, body: string];
const token = JSON.stringify({ choices: [{ message: { content: "a" } }] });

interface Asked {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: { readonly model: string; readonly max_tokens: number; readonly messages?: { content: string }[] };
}

/** Asks a server that gives these answers in turn, the last one for ever. */
async function asked(answers: readonly Answer[], { words = 8, seconds = 2, key = null as string | null } = {}) {
  const requests: Asked[] = [];
  const server: Server = createServer(async (request: IncomingMessage, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = JSON.parse(Buffer.concat(pieces).toString()) as Asked["body"];
    requests.push({ path: request.url ?? "", key: request.headers.authorization, body });
    const [status, text] = answers[Math.min(requests.length, answers.length) - 1] as Answer;
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/m`;
  const notes: string[] = [];
  try {
    const limit = {
      seconds,
      signal: new AbortController().signal,
      onNote: (note: string) => void notes.push(note),
      pauseMs: 20,
    };
    const why = await completes({ name: "t", baseUrl, model: "m", apiKeyEnv: null }, key, words, limit);
    return { why, notes, requests };
  } finally {
    server.close();
  }
}

describe("a completion through the whole way", () => {
  it("asks for one token with the key and a prompt that no cache holds, below the route's prefix", async () => {
    const { why, requests } = await asked([[200, token]], { key: "k", words: 40 });
    assert.equal(why, null);
    const [one] = requests;
    assert.equal(one?.path, "/m/v1/chat/completions");
    assert.equal(one?.key, "Bearer k");
    assert.equal(one?.body.model, "m");
    assert.equal(one?.body.max_tokens, 1);
    const words = one?.body.messages?.[0]?.content.split(" ") ?? [];
    assert.equal(new Set(words).size, words.length);
    assert.equal(words.length, 40);
  });

  it("waits while the picker has no pod, and says each thing once", async () => {
    const { why, notes } = await asked([
      [503, "no healthy upstream"],
      [503, "no healthy upstream"],
      [429, ""],
      [200, token],
    ]);
    assert.equal(why, null);
    assert.deepEqual(notes, ["the answer was HTTP 503: no healthy upstream", "the answer was HTTP 429"]);
  });

  it("asks a model without a chat template to go on with a text", async () => {
    const { why, requests } = await asked([
      [400, '{"error": {"message": "no chat template"}}'],
      [200, token],
    ]);
    assert.equal(why, null);
    assert.deepEqual(
      requests.map(({ path }) => path),
      ["/m/v1/chat/completions", "/m/v1/completions"],
    );
  });

  const failures: readonly [string, readonly Answer[], RegExp][] = [
    ["no pod", [[503, "no healthy upstream"]], /^no completion came in 1 s: .*503: no healthy upstream; .*no pod/],
    ["no route", [[404, ""]], /404; the gateway has no route/],
    ["another model", [[404, '{"error": {"message": "The model `m` does not exist."}}']], /another target's route/],
    ["not an engine", [[200, "<html>"]], /something else than an engine/],
  ];
  for (const [what, answers, says] of failures) {
    it(`at the deadline says what was answered: ${what}`, async () => {
      assert.match((await asked(answers, { seconds: 1 })).why ?? "", says);
    });
  }

  it("does not ask on where the key is refused", async () => {
    const { why, requests } = await asked([[401, '{"error": "Unauthorized"}']], { seconds: 30 });
    assert.match(why ?? "", /HTTP 401: .*refuses the key/);
    assert.equal(requests.length, 1);
  });

  it("says that nobody is there", async () => {
    const limit = { seconds: 0.2, signal: new AbortController().signal, onNote: () => {}, pauseMs: 20 };
    const nobody = { name: "t", baseUrl: "http://127.0.0.1:9", model: "m", apiKeyEnv: null };
    assert.match((await completes(nobody, null, 8, limit)) ?? "", /nothing answered \(.*refused.*Service/is);
  });
});
