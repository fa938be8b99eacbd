import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSize, longestCodeBytes, sourceBundle } from "../../run/sourceBundle.ts";
import { closed, testPlan } from "../harness/testPlan.ts";
import { fastConfig } from "../simulator/simulatorUnderTest.ts";

const root = join(import.meta.dirname, "..", "..");

describe("sourceBundle", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "llm-bench-bundle-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const program of ["harness", "simulator"] as const) {
    it(`makes the same bytes of ${program}/ in another folder, under another configuration`, async () => {
      const elsewhere = join(folder, "some", "other place");
      for (const part of [program, "node_modules/undici", "package.json"]) {
        cpSync(join(root, part), join(elsewhere, part), { recursive: true });
      }
      writeFileSync(
        join(folder, "tsconfig.json"),
        '{"compilerOptions": {"target": "es2015", "useDefineForClassFields": false}}',
      );
      const [here, there] = [await sourceBundle(program), await sourceBundle(program, elsewhere)];
      assert.equal(there.sha256, here.sha256);
      assert.equal(there.code, here.code);
      assert.match(here.sha256, /^[0-9a-f]{64}$/);
      assert.ok(!here.code.includes(root), "no path of this machine is in it");
      assert.match(here.code, /^[\t\n\x20-\x7e]+$/, "ASCII, so that its length is its size");
    });
  }

  it("gives another hash for other code", async () => {
    cpSync(join(root, "simulator"), join(folder, "simulator"), { recursive: true });
    const main = join(folder, "simulator", "main.ts");
    writeFileSync(main, readFileSync(main, "utf8").replace("simulator: ", "simulator - "));
    assert.notEqual((await sourceBundle("simulator", folder)).sha256, (await sourceBundle("simulator")).sha256);
  });

  it("is made once a process", async () => {
    assert.equal(sourceBundle("simulator"), sourceBundle("simulator"));
  });

  it("says what to do when it cannot be made or is too large, and tries again", async () => {
    const message = /^simulator\/main\.ts cannot be bundled: .*main\.ts.*; run "npm ci" in .* and try again$/s;
    await assert.rejects(sourceBundle("simulator", folder), { name: "RunError", message });
    cpSync(join(root, "simulator"), join(folder, "simulator"), { recursive: true });
    assert.equal((await sourceBundle("simulator", folder)).sha256, (await sourceBundle("simulator")).sha256);
    checkSize("harness", longestCodeBytes);
    assert.throws(() => checkSize("harness", longestCodeBytes + 1), {
      name: "RunError",
      message: /^the bundle of harness\/ has 1044481 bytes, but a ConfigMap holds 1044480;/,
    });
  });

  it("runs by itself: a bundled load generator against a bundled simulator, no modules beside them", async () => {
    for (const program of ["harness", "simulator"] as const) {
      writeFileSync(join(folder, `${program}.mjs`), (await sourceBundle(program)).code);
    }
    writeFileSync(join(folder, "config.json"), JSON.stringify(fastConfig));
    const start = (args: string[]) =>
      spawn(process.execPath, args, { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
    const simulator = start(["simulator.mjs", "--config", "config.json"]);
    try {
      const [line] = (await once(simulator.stdout, "data")) as [Buffer];
      const { listening } = JSON.parse(line.toString()) as { listening: string };
      mkdirSync(join(folder, "plan"));
      const plan = testPlan(listening, { stages: [closed(2, 6)] });
      writeFileSync(
        join(folder, "plan", "plan.json"),
        JSON.stringify({ ...plan, target: { ...plan.target, model: fastConfig.model } }),
      );
      const args = ["harness.mjs", "--plan", "plan/plan.json", "--out", "results/run", "--progress", "none"];
      const harness = start(args);
      const [code] = await once(harness, "close");
      assert.equal(code, 0);
      const summary = JSON.parse(readFileSync(join(folder, "results", "run", "summary.json"), "utf8"));
      assert.deepEqual([summary.status, summary.stages[0].outcomes.ok], ["complete", 6]);
      // Asked for in another way than prompts are sent: a bundle once lacked it.
      const engine = JSON.parse(readFileSync(join(folder, "results", "run", "engine.json"), "utf8"));
      assert.deepEqual([engine.models[0].id, engine.missing], [fastConfig.model, {}]);
    } finally {
      simulator.kill();
    }
  });
});
