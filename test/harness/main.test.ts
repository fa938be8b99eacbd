import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HarnessPlan } from "../../harness/plan.ts";
import type { EngineIdentity, HarnessProgress } from "../../harness/recordFormat.ts";
import { newFolder, readErrors, readRows, readSummary } from "./resultFolder.ts";
import { delta, fixed, piece, ScriptedServer, streamHead, wholeStream } from "./scriptedServer.ts";
import { closed, testPlan } from "./testPlan.ts";

const main = join(import.meta.dirname, "..", "..", "harness", "main.ts");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
  return { child, ended };
}

const long = { name: "long", load: { type: "concurrency", concurrency: 4 }, stop: { seconds: 60 } } as const;

describe("the command line of the load generator", () => {
  let folder: ReturnType<typeof newFolder>;
  let server: ScriptedServer | null;
  beforeEach(() => {
    folder = newFolder();
    server = null;
  });
  afterEach(async () => {
    folder.remove();
    await server?.stop();
  });

  const planFile = (changes: Partial<HarnessPlan> = {}): string => {
    const path = join(dirname(folder.path), "plan.json");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(testPlan(server?.origin ?? "http://127.0.0.1:1", changes)));
    return path;
  };
  const serve = async (answer: Parameters<typeof ScriptedServer.start>[0]): Promise<void> => {
    server = await ScriptedServer.start(answer);
  };

  it("with --identify only asks who the engine is", async () => {
    await serve(() => assert.fail("no load was asked for"));
    (server as ScriptedServer | null)!.onGet = () => fixed("200 OK", "application/json", '{"data": [{"id": "m"}]}');
    const args = ["--identify", server?.origin ?? "", "--model", "m", "--wait-ready", "5", "--out", folder.path];
    const { code, stderr } = await start(args).ended;
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(readdirSync(folder.path), ["engine.json"]);
    const other = await start([...args.slice(0, 2), "--model", "n", ...args.slice(4)]).ended;
    assert.equal(other.code, 5);
    assert.match(other.stderr, /does not serve "n", but "m"/);
  });

  it("runs a plan, reports as JSON lines, ends with 0", async () => {
    await serve((socket) => socket.write(wholeStream(3)));
    const { code, stdout, stderr } = await start(["--plan", planFile(), "--out", folder.path, "--progress", "json"])
      .ended;
    assert.deepEqual([code, stderr], [0, ""]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as HarnessProgress);
    assert.equal(lines.at(-1)!.phase, "done");
    assert.equal(readSummary(folder.path).status, "complete");
    assert.deepEqual(JSON.parse(readFileSync(join(folder.path, "plan.json"), "utf8")).runId, "test");
  });

  it("refuses what it cannot use with 2 and one line", async () => {
    const { code, stderr } = await start(["--plan", planFile({ seed: -1 }), "--out", folder.path]).ended;
    assert.equal(code, 2);
    assert.match(stderr, /^seed: -1 is not allowed here; give .*\n$/);
  });

  it("ends with 4 and the main cause when nothing succeeds", async () => {
    await serve((socket) =>
      socket.write(fixed("404 Not Found", "application/json", '{"error":{"message":"no model m"}}')),
    );
    const args = ["--plan", planFile({ stages: [closed(1, 3)] }), "--out", folder.path, "--progress", "none"];
    const { code, stderr } = await start(args).ended;
    assert.equal(code, 4);
    assert.equal(
      stderr,
      `not one of 3 requests to "test" at ${server!.origin} succeeded: 3 x http4xx, the first: HTTP 404: no model m\n`,
    );
  });

  it("waits for the engine, then runs, and its time limit counts from there", async () => {
    await serve((socket) => void setTimeout(() => socket.write(wholeStream(3)), 5));
    let asked = 0;
    server!.onGet = () =>
      fixed(++asked > 2 ? "200 OK" : "503 Service Unavailable", "application/json", '{"data": [{"id": "m"}]}');
    const args = ["--plan", planFile({ stages: [long] }), "--out", folder.path, "--progress", "json"];
    const { code, stdout, stderr } = await start([...args, "--wait-ready", "60", "--time-limit", "0.7"]).ended;
    assert.deepEqual(
      [code, stderr],
      [3, "partial: the time limit of 0.7 s has passed; the files hold what there was\n"],
    );
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as HarnessProgress);
    const waiting = lines.filter(({ phase }) => phase === "waiting");
    assert.deepEqual(
      waiting.map(({ note }) => note),
      ["not asked yet", ...Array(2).fill('GET /v1/models: HTTP 503: {"data": [{"id": "m"}]}')],
    );
    assert.ok(waiting[2]!.elapsedSeconds > 1.9);
    const summary = readSummary(folder.path);
    assert.ok(summary.endedMs >= 600 && summary.endedMs < 1900, `ended after ${summary.endedMs} ms`);
    assert.ok(summary.stages[0]!.outcomes.ok > 10);
    const identity = JSON.parse(readFileSync(join(folder.path, "engine.json"), "utf8")) as EngineIdentity;
    assert.deepEqual([identity.models, identity.simulator], [[{ id: "m", maxModelLen: null }], null]);
  });

  it("writes down that the engine is simulated where only its answers say so", async () => {
    const mark = "HTTP/1.1 200 OK\r\nX-LLM-Bench-Simulator: 7\r\n";
    await serve((socket) => void socket.write(wholeStream(3).replace("HTTP/1.1 200 OK\r\n", mark)));
    const args = ["--plan", planFile({ stages: [closed(2, 6)] }), "--out", folder.path, "--progress", "none"];
    assert.equal((await start(args).ended).code, 0);
    const identity = JSON.parse(readFileSync(join(folder.path, "engine.json"), "utf8")) as EngineIdentity;
    assert.deepEqual(identity.simulator, { version: "7", speed: null });
    assert.deepEqual(Object.keys(identity.missing), ["version", "models", "server"]);
  });

  it("ends with 5 where the engine is of no use, sends nothing, and leaves who answered", async () => {
    await serve(() => assert.fail("a request was sent"));
    server!.onGet = () => fixed("200 OK", "application/json", '{"data": [{"id": "other"}]}');
    const args = ["--plan", planFile(), "--out", folder.path, "--progress", "none", "--wait-ready", "60"];
    const { code, stderr } = await start(args).ended;
    assert.equal(code, 5);
    assert.match(stderr, /^the engine at http:.* does not serve "m", but "other"; give .*\n$/);
    assert.deepEqual(readdirSync(folder.path), ["engine.json"]);
    const again = await start(args).ended;
    assert.equal(again.code, 5, "a folder without results may be used again");
  });

  it("ends with 3 at a signal while it waits", async () => {
    const args = ["--plan", planFile(), "--out", folder.path, "--progress", "json", "--wait-ready", "60"];
    const { child, ended } = start(args);
    await new Promise((resolve) => child.stdout!.once("data", resolve));
    const killedMs = performance.now();
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    assert.deepEqual([code, stderr], [3, "partial: stopped by SIGTERM before the run; nothing was sent\n"]);
    assert.ok(performance.now() - killedMs < 1500);
  });

  it("killed by SIGTERM in mid-run leaves a folder that can be read, and ends with 3", async () => {
    await serve((socket, request) => {
      const slow = request.index % 10 === 9;
      setTimeout(() => socket.write(slow ? streamHead + piece(delta({ content: "a" })) : wholeStream(3)), 5);
    });
    const stages: [typeof long] = [{ ...long, stop: { seconds: 60 } }];
    const { child, ended } = start(["--plan", planFile({ stages }), "--out", folder.path, "--progress", "none"]);
    while (server!.requests.length < 25) await new Promise((resolve) => setTimeout(resolve, 20));
    const killedMs = performance.now();
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    const tookMs = performance.now() - killedMs;
    assert.equal(code, 3, stderr);
    assert.ok(tookMs < 2000, `took ${tookMs} ms`);
    assert.equal(stderr, "partial: stopped by SIGTERM; the files hold what there was\n");
    const rows = readRows(folder.path);
    const summary = readSummary(folder.path);
    assert.equal(summary.status, "partial");
    assert.equal(rows.length, summary.stages[0]!.sent);
    assert.ok(summary.stages[0]!.outcomes.ok >= 20);
    assert.ok(summary.stages[0]!.outcomes.cancelled >= 1);
    assert.equal(rows.filter((r) => r.outcome === "ok").length, summary.stages[0]!.outcomes.ok);
    const errors = readErrors(folder.path);
    assert.ok(errors.every((e) => e.outcome === "cancelled" && e.message === "stopped by SIGTERM"));
  });

  it("ends when whoever holds its stdin is gone, and keeps what there is", async () => {
    await serve((socket) => void setTimeout(() => socket.write(wholeStream(3)), 5));
    const options = ["--plan", planFile({ stages: [long] }), "--out", folder.path, "--end-with-stdin"];
    const child = spawn(process.execPath, [main, ...options], { stdio: ["pipe", "ignore", "ignore"] });
    const ended = new Promise((resolve) => child.once("close", resolve));
    while (server!.requests.length < 25) await new Promise((resolve) => setTimeout(resolve, 20));
    child.stdin!.destroy();
    assert.equal(await ended, 3);
    assert.equal(
      readSummary(folder.path).reason,
      "partial: whoever started the run is gone; the files hold what there was",
    );
    assert.ok(readRows(folder.path).length >= 20);
  });

  it("killed by SIGKILL leaves whole records and a summary that says partial", async () => {
    await serve((socket) => void setTimeout(() => socket.write(wholeStream(3)), 1));
    const { child, ended } = start([
      "--plan",
      planFile({ stages: [long] }),
      "--out",
      folder.path,
      "--progress",
      "none",
    ]);
    while (server!.requests.length < 10) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 700));
    child.kill("SIGKILL");
    await ended;
    assert.ok(readRows(folder.path).length > 10, "flushed while running");
    assert.deepEqual([readSummary(folder.path).status, readSummary(folder.path).stages], ["partial", []]);
  });

  it("a second signal ends it at once; a time limit ends it with 3", async () => {
    await serve((socket) => void socket.write(streamHead));
    const limited = start([
      "--plan",
      planFile({ stages: [long] }),
      "--out",
      folder.path,
      "--progress",
      "none",
      "--time-limit",
      "0.3",
    ]);
    const { code, stderr } = await limited.ended;
    assert.equal(code, 3);
    assert.match(stderr, /^partial: the time limit of 0\.3 s has passed/);

    const { child, ended } = start([
      "--plan",
      planFile({ stages: [long] }),
      "--out",
      `${folder.path}2`,
      "--progress",
      "none",
    ]);
    const before = server!.requests.length;
    while (server!.requests.length < before + 4) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    child.kill("SIGTERM");
    const second = await ended;
    assert.ok([130, 143, 3].includes(second.code!), `exit code ${second.code}`);
    readRows(`${folder.path}2`);
  });
});
