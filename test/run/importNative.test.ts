import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importable, importRun } from "../../analysis/import/importRun.ts";
import { importNative } from "../../run/importNative.ts";

const data = join(import.meta.dirname, "..", "data", "guidellm", "concurrent");
const sha = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

describe("native files that were made elsewhere", () => {
  let folder: string;
  const before = process.env.LLMBENCH_RESULTS;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "llmbench-import-"));
    process.env.LLMBENCH_RESULTS = join(folder, "results");
  });
  afterEach(() => {
    if (before === undefined) delete process.env.LLMBENCH_RESULTS;
    else process.env.LLMBENCH_RESULTS = before;
    rmSync(folder, { recursive: true });
  });
  const source = { path: data, harness: "guidellm", as: "theirs", simulated: false };

  it("are copied as they are, become a run that is read like any other, and the same files are the same run", async () => {
    const made = await importNative(source);
    for (const name of readdirSync(data)) assert.equal(sha(join(made.native, name)), sha(join(data, name)));
    const run = await importRun(made.path);
    assert.deepEqual([run.harness, run.target, run.simulated], ["guidellm", "theirs", false]);
    assert.ok(run.stages.length > 0);
    assert.equal((await importNative(source)).path, made.path);
    assert.deepEqual(readdirSync(join(folder, "results", "theirs")), [made.path.split("/").at(-1)]);
  });

  it("are said to be simulated when whoever imports them knows", async () => {
    const run = await importRun((await importNative({ ...source, simulated: true })).path);
    assert.equal(run.simulated, true);
    assert.equal(run.provenance.simulation?.speed, 1);
  });

  it("damaged ones are one error that names the file where it lies, and leave nothing behind", async () => {
    const damaged = join(folder, "damaged");
    mkdirSync(damaged);
    cpSync(data, damaged, { recursive: true });
    for (const name of readdirSync(damaged)) writeFileSync(join(damaged, name), "{");
    await assert.rejects(importNative({ ...source, path: damaged }), (error: Error) => {
      assert.equal(error.name, "ImportError");
      assert.ok(error.message.startsWith(damaged), error.message);
      return true;
    });
    assert.deepEqual(readdirSync(join(folder, "results", "theirs")), []);
    await assert.rejects(importNative({ ...source, path: join(folder, "nothing") }), /there is nothing at/);
    await assert.rejects(importNative({ ...source, harness: "wrk" }), /harness "wrk" is not one .* allowed: llmbench,/);
    assert.ok(!existsSync(join(folder, "results", "theirs", "results")));
  });

  it("of every harness can be read", () => {
    const harnesses = ["llmbench", "inference-perf", "guidellm", "fmperf", "vllm-benchmark", "aiperf", "nop"];
    assert.deepEqual([...importable].sort(), [...harnesses, "benchmark-report"].sort());
  });
});
