import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Barrier } from "../../harness/barrier.ts";
import type { HarnessPlan, Stage } from "../../harness/plan.ts";
import type { HarnessSummary } from "../../harness/recordFormat.ts";
import { ScriptedServer, wholeStream } from "./scriptedServer.ts";
import { testPlan } from "./testPlan.ts";

const main = join(import.meta.dirname, "..", "..", "harness", "main.ts");
const names = ["a", "b"];
const never = new AbortController().signal;

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

describe("load generators that wait for each other", () => {
  let root: string;
  let folder: string;
  const servers: ScriptedServer[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "barrier-"));
    folder = join(root, "together");
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    rmSync(root, { recursive: true, force: true });
  });

  const barrierOf = (name: string, timeoutSeconds = 20) => ({ folder, name, names, timeoutSeconds });
  const seconds = (name: string, length: number): Stage => ({
    name,
    load: { type: "concurrency", concurrency: 2 },
    stop: { seconds: length },
  });
  /** Each answer takes so long, which is also how long its stages drain. */
  const engine = async (answerMs: number): Promise<ScriptedServer> => {
    const server = await ScriptedServer.start((socket) => setTimeout(() => socket.write(wholeStream(3)), answerMs));
    servers.push(server);
    return server;
  };
  const generator = (name: string, url: string, changes: Partial<HarnessPlan>) => {
    const file = join(root, `${name}-plan.json`);
    writeFileSync(file, JSON.stringify(testPlan(url, { barrier: barrierOf(name), ...changes })));
    const out = join(root, `out-${name}`);
    const child = spawn(process.execPath, [main, "--plan", file, "--out", out, "--progress", "json"]);
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.stdout.resume();
    const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, stderr })));
    const summary = () => JSON.parse(readFileSync(join(out, "summary.json"), "utf8")) as HarnessSummary;
    return { child, ended, summary, out };
  };

  it("begin every stage together, although their engines drain and start at different times", async () => {
    const stages: HarnessPlan["stages"] = [seconds("one", 0.6), seconds("two", 0.6), seconds("three", 0.6)];
    const [fast, slow] = [await engine(20), await engine(400)];
    const a = generator("a", fast.origin, { stages });
    await pause(700);
    const b = generator("b", slow.origin, { stages });
    assert.deepEqual(await Promise.all([a.ended, b.ended]), [
      { code: 0, stderr: "" },
      { code: 0, stderr: "" },
    ]);
    const starts = [a, b].map(({ summary }) => {
      const { startedAt, stages: ran } = summary();
      return ran.map(({ startMs }) => Date.parse(startedAt) + startMs);
    });
    for (const [i, start] of (starts[0] as number[]).entries())
      assert.ok(Math.abs(start - (starts[1]?.[i] as number)) < 250, `stage ${i}: ${JSON.stringify(starts)}`);
    assert.equal(existsSync(folder), false, "the last one takes the folder with it");
  });

  it("send nothing when one of them does not come, and say which", async () => {
    const server = await engine(5);
    const { code, stderr } = await generator("a", server.origin, { barrier: barrierOf("a", 1) }).ended;
    assert.equal(code, 6);
    assert.match(stderr, /^b did not come within 1 s, to be loaded at the same time: .*; nothing was sent\n$/);
    assert.equal(server.requests.length, 0);
  });

  it("are not fooled by what a killed process left", async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, "b.json"), JSON.stringify({ beat: 7, part: 3, atMs: Date.now(), left: null }));
    const barrier = await Barrier.open(barrierOf("a", 1));
    assert.match(String(await barrier.meet(0, never)), /^b did not come/);
    await barrier.leave("test");
  });

  it("hear at once why another will not come", async () => {
    const [a, b] = [await Barrier.open(barrierOf("a")), await Barrier.open(barrierOf("b"))];
    await b.leave("the engine never answered");
    const began = performance.now();
    assert.equal(await a.meet(0, never), "b is not loaded any more: the engine never answered");
    assert.ok(performance.now() - began < 1000);
    await a.leave("over");
    assert.equal(existsSync(folder), false);
  });

  it("stop where another ends in the middle, and keep what they measured together", async () => {
    const server = await engine(20);
    const stages: HarnessPlan["stages"] = [seconds("one", 0.4), seconds("two", 0.4)];
    const a = generator("a", server.origin, { stages });
    const b = await Barrier.open(barrierOf("b"));
    assert.equal(await b.meet(0, never), null);
    await b.leave("stopped by SIGTERM");
    const { code, stderr } = await a.ended;
    assert.equal(code, 3);
    assert.match(stderr, /partial: b is not loaded any more: stopped by SIGTERM/);
    const { status, stages: ran } = a.summary();
    assert.equal(status, "partial");
    assert.deepEqual(
      ran.map((stage) => stage.status),
      ["complete", "skipped"],
    );
  });

  it("end their waiting at Ctrl-C", async () => {
    const server = await engine(5);
    const a = generator("a", server.origin, {});
    while (!existsSync(join(folder, "a.json"))) await pause(20);
    a.child.kill("SIGINT");
    const { code, stderr } = await a.ended;
    assert.equal(code, 3);
    assert.match(stderr, /before the run; nothing was sent/);
    const told = JSON.parse(readFileSync(join(folder, "a.json"), "utf8")) as { left: string };
    assert.match(told.left, /SIGINT/);
  });
});
