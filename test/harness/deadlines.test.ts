import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { runPlan } from "../../harness/run.ts";
import { expectFailure, once, type Seen, three } from "./oneRequest.ts";
import { newFolder, readErrors, readRows } from "./resultFolder.ts";
import { delta, piece, streamHead, streamTail } from "./scriptedServer.ts";
import { testPlan } from "./testPlan.ts";

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
