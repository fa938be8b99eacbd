import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { connect } from "node:net";
import type { HarnessPlan } from "../../harness/plan.ts";
import type { Outcome } from "../../harness/recordFormat.ts";
import { runPlan } from "../../harness/run.ts";
import { type ErrorLine, newFolder, type ResultRow, readErrors, readRows } from "./resultFolder.ts";
import {
  data,
  delta,
  fixed,
  piece,
  type ScriptedRequest,
  ScriptedServer,
  streamHead,
  streamTail,
  usage,
  wholeStream,
} from "./scriptedServer.ts";
import { testPlan } from "./testPlan.ts";

interface Seen {
  readonly row: ResultRow;
  readonly error: ErrorLine | undefined;
  readonly requests: readonly ScriptedRequest[];
}

/** One request against one scripted answer. */
async function once(
  answer: (socket: Socket, request: ScriptedRequest) => void,
  changes: Partial<HarnessPlan> = {},
): Promise<Seen> {
  const server = await ScriptedServer.start(answer);
  const folder = newFolder();
  try {
    const { summary } = await runPlan(testPlan(server.origin, changes), folder.path);
    const rows = readRows(folder.path);
    assert.equal(rows.length, 1);
    assert.equal(summary.stages[0]!.outcomes[rows[0]!.outcome], 1);
    return { row: rows[0]!, error: readErrors(folder.path)[0], requests: server.requests };
  } finally {
    folder.remove();
    await server.stop();
  }
}

const three = delta({ content: "a" }) + delta({ content: "b" }) + delta({ content: "c" });

async function expectFailure(
  outcome: Outcome,
  message: RegExp,
  answer: string | ((socket: Socket) => void),
  changes: Partial<HarnessPlan> = {},
): Promise<Seen> {
  const seen = await once(typeof answer === "string" ? (socket) => socket.write(answer) : answer, changes);
  assert.equal(seen.row.outcome, outcome, seen.error?.message);
  assert.match(seen.error!.message, message);
  assert.equal(seen.error!.outcome, outcome);
  return seen;
}

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
    assert.deepEqual([body.stream, body.ignore_eos, body.max_tokens, body.min_tokens], [true, true, 3, 3]);
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

describe("a deadline", () => {
  const deadlines = { connectMs: 5000, firstTokenMs: 5000, betweenTokensMs: 5000, totalMs: 5000 };
  const bounds = (ms: number, seen: Seen): void => {
    assert.ok(seen.row.e2eMs >= ms && seen.row.e2eMs < ms + 500, `ended after ${seen.row.e2eMs} ms, bound ${ms} ms`);
  };

  it("for the first token: no answer, or one without a token", async () => {
    const changes = { deadlines: { ...deadlines, firstTokenMs: 150 } };
    bounds(
      150,
      await expectFailure("timeout", /^no answer and no token for 0\.\d\d s \(firstTokenMs\)$/, () => {}, changes),
    );
    const silent = (socket: Socket): void => {
      socket.write(streamHead + piece(delta({ role: "assistant", content: "" })));
      const ping = setInterval(() => (socket.destroyed ? clearInterval(ping) : socket.write(piece(": ping\n\n"))), 20);
    };
    bounds(
      150,
      await expectFailure("timeout", /^status 200, but no token for 0\.\d\d s \(firstTokenMs\)$/, silent, changes),
    );
  });

  it("between tokens: the stall is told with the token before it, and what came is kept", async () => {
    const changes = { deadlines: { ...deadlines, betweenTokensMs: 150 } };
    const stall = streamHead + piece(three);
    const seen = await expectFailure(
      "timeout",
      /^no token for 0\.\d\d s after token 3 \(betweenTokensMs\)$/,
      stall,
      changes,
    );
    bounds(150, seen);
    assert.deepEqual([seen.row.events, seen.row.gapsMs.length], [3, 3]);
  });

  it("for everything", async () => {
    const changes = { deadlines: { ...deadlines, totalMs: 200 } };
    const drip = (socket: Socket): void => {
      socket.write(streamHead);
      const timer = setInterval(
        () => (socket.destroyed ? clearInterval(timer) : socket.write(piece(delta({ content: "x" })))),
        20,
      );
    };
    const seen = await expectFailure(
      "timeout",
      /^not finished after 0\.\d\d s, \d+ tokens received \(totalMs\)$/,
      drip,
      changes,
    );
    bounds(200, seen);
    assert.ok(seen.row.events > 3);
  });

  it("for the connection", async () => {
    // A process that listens and never accepts: once its queue is full, connections are neither accepted nor refused.
    const listen =
      "const s = require('net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))";
    const child = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
    const blocked = await new Promise<number>((resolve) => child.stdout.once("data", (d) => resolve(Number(d))));
    child.kill("SIGSTOP");
    const fillers = Array.from({ length: 8 }, () => connect(blocked, "127.0.0.1").on("error", () => {}));
    await new Promise((resolve) => setTimeout(resolve, 150));
    const folder = newFolder();
    try {
      const origin = `http://127.0.0.1:${blocked}`;
      await runPlan(testPlan(origin, { deadlines: { ...deadlines, connectMs: 200 } }), folder.path);
      const row = readRows(folder.path)[0]!;
      assert.equal(row.outcome, "timeout");
      assert.match(readErrors(folder.path)[0]!.message, /^no connection for 0\.\d\d s \(connectMs\)$/);
      assert.ok(row.e2eMs >= 200 && row.e2eMs < 700, `after ${row.e2eMs} ms`);
    } finally {
      for (const filler of fillers) filler.destroy();
      child.kill("SIGKILL");
      folder.remove();
    }
  });

  it("lets a stream go on for ever as long as tokens come", async () => {
    const changes = { deadlines: { ...deadlines, firstTokenMs: 150, betweenTokensMs: 150 } };
    const { row } = await once((socket) => {
      socket.write(streamHead);
      let sent = 0;
      const timer = setInterval(() => {
        socket.write(piece(delta({ content: "x" }, ++sent === 10 ? "stop" : null)));
        if (sent < 10) return;
        clearInterval(timer);
        socket.write(streamTail);
      }, 30);
    }, changes);
    assert.deepEqual([row.outcome, row.events], ["ok", 10]);
    assert.ok(row.e2eMs > 250);
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
