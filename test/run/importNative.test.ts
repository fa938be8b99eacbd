import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importable, importRun } from "../../analysis/import/importRun.ts";
import { importNative } from "../../run/importNative.ts";
import { writeNativeFolder } from "../analysis/nativeFolder.ts";

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

  it("told to be simulated later are another run than those without a word", async () => {
    const before = await importNative(source);
    const after = await importNative({ ...source, simulated: true });
    assert.notEqual(after.path, before.path);
    assert.deepEqual([before.manifest?.simulated, after.manifest?.simulated], [false, true]);
  });

  it("of two attempts at one run are two runs, and the run id in the files is no path to write to", async () => {
    const runId = "../../../elsewhere";
    const ours = { harness: "llmbench", as: "attempts", simulated: false };
    const imported = [];
    for (const sentMs of [3, 4]) {
      const path = join(folder, `attempt-${sentMs}`);
      const requests = [{ stage: 0, sentMs, gapsMs: [5, 1, 1] }];
      await writeNativeFolder(path, {
        runId,
        loads: [{ type: "concurrency", concurrency: 1 }],
        windowMs: 20,
        requests,
      });
      imported.push(await importNative({ ...ours, path: join(path, "results") }));
    }
    const [first, second] = imported.map(({ path }) => path);
    assert.notEqual(first, second);
    assert.deepEqual(readdirSync(folder).sort(), ["attempt-3", "attempt-4", "results"]);
    for (const { path, manifest } of imported) {
      assert.match(path, /\/results\/attempts\/attempts-[0-9a-f]{8}-r1$/);
      assert.equal(manifest?.provenance.machine.importedRunId, runId);
    }
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
