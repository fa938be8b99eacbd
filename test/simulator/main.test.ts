import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fastConfig } from "./simulatorUnderTest.ts";

const main = new URL("../../simulator/main.ts", import.meta.url).pathname;

describe("simulator's program", () => {
  let folder: string;
  let child: ChildProcessByStdio<Writable, Readable, Readable> | null = null;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "simulator-"));
  });
  afterEach(() => {
    child?.kill("SIGKILL");
  });
  after(() => rmSync(folder, { recursive: true }));

  const write = (content: string): string => {
    const path = join(folder, "sim.json");
    writeFileSync(path, content);
    return path;
  };
  const start = (...args: string[]) => {
    child = spawn(process.execPath, [main, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, LLMBENCH_SIMULATOR_API_KEY: "secret" },
    });
    return child;
  };
  const textOf = async (stream: Readable): Promise<string> => {
    let text = "";
    for await (const chunk of stream) text += chunk;
    return text;
  };

  it("says where it listens, asks for the key from its environment, and ends when its stdin does", async () => {
    const program = start("--config", write(JSON.stringify(fastConfig)));
    const [line] = (await once(program.stdout, "data")) as [Buffer];
    const { listening } = JSON.parse(line.toString()) as { listening: string };
    assert.match(listening, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await fetch(`${listening}/v1/models`)).status, 401);
    const models = await fetch(`${listening}/v1/models`, { headers: { authorization: "Bearer secret" } });
    assert.equal(models.status, 200);
    program.stdin.end();
    const [code] = await once(program, "exit");
    assert.equal(code, 0);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`ends at once at ${signal}, in the middle of a stream`, async () => {
      const program = start("--config", write(JSON.stringify({ ...fastConfig, speed: 1 })));
      const [line] = (await once(program.stdout, "data")) as [Buffer];
      const { listening } = JSON.parse(line.toString()) as { listening: string };
      const response = await fetch(`${listening}/v1/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer secret" },
        body: JSON.stringify({ prompt: "a", max_tokens: 4000, ignore_eos: true, stream: true }),
      });
      const reader = response.body!.getReader();
      await reader.read();
      const sent = performance.now();
      program.kill(signal);
      const [code] = await once(program, "exit");
      assert.equal(code, 0);
      assert.ok(performance.now() - sent < 2000);
      await assert.rejects(async () => {
        while (!(await reader.read()).done);
      });
    });
  }

  it("explains itself", async () => {
    const program = start("--help");
    assert.match(await textOf(program.stdout), /^Usage: node simulator\/main\.ts --config FILE/);
  });

  const wrong: [string, string[] | string, RegExp][] = [
    ["no --config", [], /^simulator: --config FILE is missing; see --help\.$/],
    ["no JSON", "{", /sim\.json: not JSON: /],
    ["a wrong value", JSON.stringify({ ...fastConfig, speed: 0 }), /speed must be a number above 0; it is 0\./],
  ];
  for (const [name, input, expected] of wrong) {
    it(`refuses ${name} in one line`, async () => {
      const program = start(...(typeof input === "string" ? ["--config", write(input)] : input));
      const [errors, output, [code]] = await Promise.all([
        textOf(program.stderr),
        textOf(program.stdout),
        once(program, "exit"),
      ]);
      assert.match(errors.trimEnd(), expected);
      assert.equal(errors.trimEnd().split("\n").length, 1, errors);
      assert.equal(output, "");
      assert.equal(code, 2);
    });
  }
});
