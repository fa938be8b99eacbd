import assert from "node:assert/strict";
import { runPlan } from "../../harness/run.ts";
import { expectFailure, once, three } from "./oneRequest.ts";
import { newFolder, readErrors, readRows } from "./resultFolder.ts";
import {
  data,
  delta,
  fixed,
  piece,
  ScriptedServer,
  streamHead,
  streamTail,
  usage,
  wholeStream,
} from "./scriptedServer.ts";
import { testPlan } from "./testPlan.ts";

describe("a healthy answer", () => {
  it("is recorded with its times and counts", async () => {
    const { row, error, requests } = await once((socket) => {
      socket.write(streamHead + piece(delta({ role: "assistant", content: "" })));
      setTimeout(() => socket.write(piece(delta({ content: "a" }))), 40);
      setTimeout(() => socket.write(piece(delta({ content: "b" }) + delta({ content: "c" }, "length"))), 250);
      setTimeout(() => socket.write(piece(usage(3, 11, 4) + data("[DONE]")) + streamTail), 300);
    });
    assert.equal(error, undefined);
    assert.deepEqual(
      [row.outcome, row.status, row.finishReason, row.events, row.outputTokens, row.fromUsage],
      ["ok", 200, "length", 3, 3, true],
    );
    assert.deepEqual([row.promptTokens, row.cachedTokens, row.promptTokensAsked, row.outputTokensAsked], [11, 4, 8, 3]);
    // The role is no first token; events of one read arrived together.
    assert.ok(row.ttftMs >= 38 && row.ttftMs < 240, `TTFT ${row.ttftMs}`);
    assert.ok(row.e2eMs >= 295, `E2E ${row.e2eMs}`);
    assert.equal(row.gapsMs.length, 3);
    assert.ok(Math.abs(row.gapsMs[0]! - row.ttftMs) < 0.002);
    assert.equal(row.gapsMs[2], 0);
    const { body, path, head } = requests[0]!;
    assert.equal(path, "/v1/chat/completions");
    assert.deepEqual(body.stream_options, { include_usage: true });
    assert.deepEqual([body.stream, body.ignore_eos, body.max_tokens, body.min_tokens], [true, true, 3, undefined]);
    assert.match(head, /accept-encoding: identity/);
  });

  it("needs no [DONE] when it has a finish reason, and no usage: then events are counted, and that is said", async () => {
    const { row } = await once((socket) =>
      socket.write(streamHead + piece(delta({ content: "a" }) + delta({ content: "b" }, "stop")) + streamTail),
    );
    assert.deepEqual([row.outcome, row.outputTokens, row.fromUsage, row.promptTokens], ["ok", 2, false, -1]);
  });

  it("counts a chunk of several tokens once in events, and by usage in tokens", async () => {
    const { row } = await once((socket) =>
      socket.write(
        streamHead + piece(delta({ content: "a b c" }) + delta({ content: " d" }, "stop") + usage(4)) + streamTail,
      ),
    );
    assert.deepEqual([row.outcome, row.events, row.outputTokens], ["ok", 2, 4]);
  });

  it("without a stream has an E2E time and no TTFT", async () => {
    const message = { role: "assistant", content: "abc" };
    const body = JSON.stringify({
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage: { prompt_tokens: 8, completion_tokens: 3 },
    });
    const answer = fixed("200 OK", "application/json", body);
    const { row, requests } = await once((socket) => void setTimeout(() => socket.write(answer), 50), {
      stream: false,
    });
    assert.deepEqual([row.outcome, row.outputTokens, row.finishReason, row.events], ["ok", 3, "stop", 0]);
    assert.ok(Number.isNaN(row.ttftMs));
    assert.ok(row.e2eMs >= 48);
    assert.deepEqual([requests[0]!.body.stream, requests[0]!.body.stream_options], [false, undefined]);
  });
});

describe("a failure is named", () => {
  it("429, with its Retry-After, and never tried again", async () => {
    const body = JSON.stringify({ error: { message: "too many", type: "rate_limit" } });
    const answer = fixed("429 Too Many Requests", "application/json", body, "retry-after: 7\r\n");
    const { row, requests } = await expectFailure(
      "http429",
      /^HTTP 429 \(Retry-After: 7\): rate_limit: too many$/,
      answer,
    );
    assert.equal(row.status, 429);
    assert.equal(requests.length, 1);
  });

  it("4xx, with advice where the engine refuses a forced length", async () => {
    const body = JSON.stringify({ error: { message: "unknown field ignore_eos", type: "BadRequestError" } });
    const answer = fixed("400 Bad Request", "application/json", body);
    await expectFailure(
      "http4xx",
      /^HTTP 400: BadRequestError: unknown field ignore_eos; .*"ignoreEos" to false/,
      answer,
    );
  });

  it("5xx, also with a body that is no JSON", async () => {
    const answer = fixed("503 Service Unavailable", "text/html", "<h1>no backend</h1>");
    await expectFailure("http5xx", /^HTTP 503: <h1>no backend<\/h1>$/, answer);
  });

  it("a redirect", async () => {
    const answer = fixed("307 Temporary Redirect", "text/plain", "", "location: http://other/\r\n");
    await expectFailure("malformed", /redirects to http:\/\/other\/; give that as target.baseUrl/, answer);
  });

  it("a refused connection", async () => {
    const server = await ScriptedServer.start(() => {});
    const { origin } = server;
    await server.stop();
    const folder = newFolder();
    try {
      await runPlan(testPlan(origin), folder.path);
      assert.match(readErrors(folder.path)[0]!.message, /^no connection: .*ECONNREFUSED/);
      assert.equal(readRows(folder.path)[0]!.outcome, "connect");
    } finally {
      folder.remove();
    }
  });

  it("a connection cut before any answer, and in mid-stream", async () => {
    const early = await expectFailure("cut", /closed before the first token, 0\.\d\d s after sending/, (socket) =>
      socket.end(),
    );
    assert.equal(early.row.events, 0);
    const late = await expectFailure("cut", /closed after token 3, 0\.\d\d s after sending/, (socket) => {
      socket.write(streamHead + piece(three));
      setTimeout(() => socket.destroy(), 30);
    });
    assert.deepEqual([late.row.events, late.row.gapsMs.length, late.row.outputTokens], [3, 3, 3]);
    await expectFailure("cut", /closed after token 3, .*ECONNRESET/, (socket) => {
      socket.write(streamHead + piece(three));
      setTimeout(() => socket.resetAndDestroy(), 30);
    });
  });

  it("a stream that ends properly but too early", async () => {
    await expectFailure(
      "cut",
      /without \[DONE\] or a finish reason after token 3/,
      streamHead + piece(three) + streamTail,
    );
    const half = piece(`${three}data: {"choices": [{"del`);
    await expectFailure("cut", /in the middle of an event after token 3/, streamHead + half + streamTail);
  });

  it("an event that is no JSON, or not of the API", async () => {
    const { row } = await expectFailure(
      "malformed",
      /^an event is not JSON after token 3: \{"choices": \[oops$/,
      streamHead + piece(three + data('{"choices": [oops')),
    );
    assert.equal(row.events, 3);
    await expectFailure(
      "malformed",
      /neither choices nor usage nor error before the first token/,
      streamHead + piece(data({ x: 1 })),
    );
  });

  it("the error event that vLLM sends inside a 200 stream when its engine dies", async () => {
    const error = data({
      error: { message: "EngineCore encountered an issue", type: "InternalServerError", code: 500 },
    });
    const { row } = await expectFailure(
      "streamError",
      /^error event in the stream after token 3: InternalServerError: EngineCore encountered an issue$/,
      streamHead + piece(three + error + data("[DONE]")) + streamTail,
    );
    assert.deepEqual([row.status, row.events], [200, 3]);
  });

  it("status 200 with an error for a body", async () => {
    const body = JSON.stringify({ error: { message: "model is loading" } });
    await expectFailure(
      "streamError",
      /status 200, but the body is an error: model is loading/,
      fixed("200 OK", "application/json", body),
    );
  });

  it("an endpoint that does not stream, compresses, or does not answer in HTTP or JSON", async () => {
    const body = JSON.stringify({ choices: [{ message: { content: "a" } }] });
    await expectFailure(
      "malformed",
      /asked for a stream, got one JSON body/,
      fixed("200 OK", "application/json", body),
    );
    const gzip = fixed("200 OK", "text/event-stream", "xx", "content-encoding: gzip\r\n");
    await expectFailure("malformed", /compressed \(gzip\)/, gzip);
    await expectFailure("malformed", /not HTTP\/1\.1/, "SSH-2.0-OpenSSH_9.6\r\n");
    await expectFailure("malformed", /not JSON \(text\/html\): <html>/, fixed("200 OK", "text/html", "<html>"));
  });

  it("an answer without a token", async () => {
    await expectFailure("empty", /without a token$/, streamHead + piece(data("[DONE]")) + streamTail);
    const usageOnly = piece(delta({ role: "assistant", content: "" }) + delta({}, "stop") + usage(1) + data("[DONE]"));
    await expectFailure("empty", /without a token; its usage says 1$/, streamHead + usageOnly + streamTail);
    await expectFailure("empty", /no body/, fixed("200 OK", "application/json", ""));
  });

  it("an API key that the server repeats is not written", async () => {
    process.env.LLM_BENCH_TEST_KEY = "sk-very-secret";
    try {
      const body = JSON.stringify({ error: { message: "Incorrect API key: sk-very-secret" } });
      const target = { name: "t", baseUrl: "", model: "m", apiKeyEnv: "LLM_BENCH_TEST_KEY" };
      const server = await ScriptedServer.start((socket) =>
        socket.write(fixed("401 Unauthorized", "application/json", body)),
      );
      const folder = newFolder();
      const plan = testPlan(server.origin, { target: { ...target, baseUrl: server.origin } });
      const result = await runPlan(plan, folder.path);
      assert.match(server.requests[0]!.head, /authorization: Bearer sk-very-secret/);
      assert.equal(readErrors(folder.path)[0]!.message, "HTTP 401: Incorrect API key: ***");
      assert.match(result.message!, /Incorrect API key: \*\*\*/);
      folder.remove();
      await server.stop();
    } finally {
      delete process.env.LLM_BENCH_TEST_KEY;
    }
  });
});

describe("the next request", () => {
  it("goes over the same connection after a whole answer, and over a new one after anything else", async () => {
    const ports: (number | undefined)[] = [];
    const answers = [
      wholeStream(3),
      fixed("500 Oops", "text/plain", "x"),
      wholeStream(3),
      `${streamHead}garbage`,
      wholeStream(3),
    ];
    const server = await ScriptedServer.start((socket, request) => {
      ports.push(socket.remotePort);
      socket.write(answers[request.index]!);
    });
    const folder = newFolder();
    try {
      const stage = { name: "s", load: { type: "concurrency", concurrency: 1 }, stop: { requests: 5 } } as const;
      await runPlan(testPlan(server.origin, { stages: [stage] }), folder.path);
      assert.deepEqual(
        readRows(folder.path).map((r) => r.outcome),
        ["ok", "http5xx", "ok", "malformed", "ok"],
      );
      assert.equal(new Set(ports.slice(0, 4)).size, 1);
      assert.notEqual(ports[4], ports[3]);
    } finally {
      folder.remove();
      await server.stop();
    }
  });
});
