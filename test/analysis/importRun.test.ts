import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { analyse } from "../../analysis/analyse.ts";
import { importRun, type RunOrigin } from "../../analysis/import/importRun.ts";
import type { Run } from "../../analysis/run.ts";
import { benchmarkReports } from "../../analysis/write/benchmarkReport.ts";
import { originOf, temporaryFolder } from "./nativeFolder.ts";

const data = join(import.meta.dirname, "..", "data");

/** @param files from below test/data, to below results/ */
async function importFiles(
  harness: string,
  files: readonly (readonly [from: string, to: string])[],
  more: Partial<RunOrigin> = {},
): Promise<Run> {
  const folder = await temporaryFolder();
  try {
    const native = join(folder.path, "results");
    await mkdir(native);
    for (const [from, to] of files) cpSync(join(data, from), join(native, to), { recursive: true });
    return await importRun(folder.path, { ...originOf({ target: "engine" }), harness, simulated: false, ...more });
  } finally {
    await folder.remove();
  }
}

describe("a run of another harness", () => {
  it("with one load twice has two stages, and no repetitions of one", async () => {
    const load = "vllm-benchmark/sweep/load-0.json";
    const twice = ["load-0.json", "load-1.json"].map((name) => [load, name] as const);
    const run = await importFiles("vllm-benchmark", twice);
    assert.deepEqual(
      run.stages.map(({ plan, summary }) => [plan.name, summary.name]),
      ["concurrency 1", "concurrency 1 (stage 1)"].map((name) => [name, name]),
    );
    const { stages } = analyse([run], { title: "x" }).systems[0]!;
    assert.deepEqual(
      stages.map(({ repetitions, pooled }) => [repetitions.length, pooled.sent]),
      [
        [1, 8],
        [1, 8],
      ],
    );
  });

  it("has no wall clock where its files have none: that of the manifest is of our process", async () => {
    const startedAt = "2026-11-22T06:00:00.000Z";
    const run = await importFiles("benchmark-report", [["benchmark-report/v0.2", "."]], { startedAt });
    assert.deepEqual([run.startedAt, run.harnessClock], [startedAt, false]);
    const times = benchmarkReports(run).map(({ document }) => document.run.time);
    assert.doesNotMatch(JSON.stringify(times), /2026/);
    const unknown = await importFiles("benchmark-report", [["benchmark-report/v0.2", "."]], { startedAt: null });
    assert.equal(unknown.startedAt, "unknown");
    const own = await importFiles("fmperf", [["fmperf/long-input", "."]], { startedAt });
    assert.deepEqual([own.startedAt, own.harnessClock], ["2026-11-22T13:11:12.340Z", true]);
    assert.equal(benchmarkReports(own)[0]!.document.run.time!.start, own.startedAt);
  });

  it("that kept its successes only does not say how many failed", async () => {
    const run = await importFiles("fmperf", [["fmperf/long-input", "."]]);
    assert.equal(run.failuresUnknown, "LMBenchmark keeps successful requests only");
  });
});
