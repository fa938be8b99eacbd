import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startChild, stopChild } from "../../run/childProcess.ts";

const guard = join(import.meta.dirname, "..", "..", "run", "guard.ts");

/** Runs a line of sh as a program of others. */
function guarded(script: string) {
  const lines: string[] = [];
  const child = startChild(guard, ["sh", "-c", script], (line) => lines.push(line));
  const saw = async (text: string) => {
    for (let i = 0; i < 200 && !lines.some((line) => line.includes(text)); i++) await sleep(25);
    return lines.find((line) => line.includes(text));
  };
  return { child, lines, saw };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a program of others as a child", () => {
  it("gives its output and its exit code", async () => {
    const { child, lines } = guarded("echo hello; exit 7");
    assert.deepEqual(await child.exit, { code: 7, signal: null });
    assert.deepEqual(lines, ["hello"]);
  });

  it("a program that is not there ends with 127 and says so", async () => {
    const child = startChild(guard, ["/no/such/program"], () => {});
    assert.equal((await child.exit).code, 127);
    assert.match(child.errorLines.join(), /\/no\/such\/program cannot be started/);
  });

  it("at our SIGTERM it is interrupted as from a terminal, and may write what it has", async () => {
    const { child, saw } = guarded("trap 'echo flushed; exit 3' INT; echo up; while :; do sleep 0.05; done");
    await saw("up");
    assert.equal((await stopChild(child, 30_000)).code, 3);
    assert.equal(await saw("flushed"), "flushed");
  });

  it("ends with all that it started when whoever started it is gone", async () => {
    const { child, saw } = guarded("sleep 600 & echo worker $!; wait");
    const pid = Number((await saw("worker"))?.split(" ")[1]);
    assert.ok(isAlive(pid));
    child.process.stdin?.end();
    await child.exit;
    for (let i = 0; i < 100 && isAlive(pid); i++) await sleep(20);
    assert.ok(!isAlive(pid), "the worker is gone too");
  });
});
