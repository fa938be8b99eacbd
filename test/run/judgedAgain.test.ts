import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Analysis } from "../../analysis/analysis.ts";
import { knownAnalysis, runBenchmark } from "../../run/benchmark.ts";
import type { Driver } from "../../run/driver.ts";
import { plannedRuns } from "../../run/plannedRun.ts";
import { writeResults } from "../../run/results.ts";
import { RunFolder, stackFolder } from "../../run/runFolder.ts";
import { scenarioOfStack } from "../../run/stackFiles.ts";
import { shippedCriteria } from "../../scenario/criteria.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { closedLoopRun } from "../analysis/fakeEngine.ts";
import { writeNativeFolder } from "../analysis/nativeFolder.ts";
import { scenarioOf } from "../manifests/stacks.ts";

const local = { platform: "local", gpu: "h100-80", model: "llama-8b" };
const limited = { ...local, slo: { ttftMs: { p50: 1000 } } };

function driverThat(says: string[]): Driver {
  const nothing = () => {};
  return {
    ...{ plan: nothing, status: nothing, progress: nothing, retry: false, signal: new AbortController().signal },
    say: (line) => says.push(line),
    warn: (line) => says.push(line),
    finish: async ({ analysis }) => analysis,
  };
}

/** A whole run of the scenario, as if it had been made. */
async function made(scenario: Scenario): Promise<RunFolder> {
  const [run] = plannedRuns(scenario);
  const folder = RunFolder.latest(stackFolder("", scenario.stack), run!.runId);
  const fake = closedLoopRun({
    runId: run!.runId,
    target: run!.target.name,
    seed: 1,
    concurrencies: [1],
    windowMs: 500,
  });
  await writeNativeFolder(folder.path, fake);
  folder.writeManifest({
    ...{ formatVersion: 1, runId: run!.runId, stack: scenario.stack, scenarioName: scenario.name },
    ...{ target: run!.target.name, repetition: 1, attempt: 1, harness: "llmbench", simulated: true, job: null },
    ...{ status: "complete", reason: null, files: {} },
    ...{ startedAt: "2026-11-22T06:00:00.000Z", endedAt: "2026-11-22T06:01:00.000Z" },
    provenance: { scenario, seed: 1, versions: {}, machine: {}, harness: null, simulation: null },
  });
  return folder;
}

describe("runs that are judged again", () => {
  const before = process.env.LLMBENCH_RESULTS;
  let results: string;
  beforeEach(() => {
    results = mkdtempSync(join(tmpdir(), "llmbench-judged-"));
    process.env.LLMBENCH_RESULTS = results;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.LLMBENCH_RESULTS;
    else process.env.LLMBENCH_RESULTS = before;
    rmSync(results, { recursive: true });
  });

  it("need no new run where an objective was set after them: up analyses, and the next up does nothing", async () => {
    const scenario = scenarioOf(local);
    const folder = await made(scenario);
    const up = async (now: Scenario) => {
      const says: string[] = [];
      const never = () => assert.fail("a run was made");
      const runs = plannedRuns(now);
      return { ...(await runBenchmark(now, runs, [], never, driverThat(says))), says };
    };
    const first = await up(scenario);
    assert.equal(first.analysis?.systems[0]?.slo, null);
    assert.deepEqual((await up(scenario)).says, []);

    const changed = scenarioOf(limited);
    assert.equal(knownAnalysis(changed, plannedRuns(changed)), null);
    const judged = await up(changed);
    assert.equal(judged.reportFolder, folder.path);
    assert.equal(judged.analysis?.systems[0]?.slo?.targets.length, 1);
    const again = await up(changed);
    assert.deepEqual(again.says, []);
    assert.deepEqual(again.analysis?.criteria, changed.criteria);
  });

  it("are analysed again where the analysis on disk is of a time before there were objectives", async () => {
    const scenario = scenarioOf(local);
    const folder = await made(scenario);
    const runs = plannedRuns(scenario);
    await writeResults([folder], folder.path, driverThat([]), { criteria: scenario.criteria });
    assert.ok(knownAnalysis(scenario, runs));
    const file = join(folder.path, "analysis", "data", "stats.json");
    const { criteria, ...old } = JSON.parse(readFileSync(file, "utf8")) as Analysis;
    assert.deepEqual(criteria, shippedCriteria);
    writeFileSync(file, JSON.stringify(old));
    assert.equal(knownAnalysis(scenario, runs), null);
  });

  it("take the objectives of their stack's file as it is now, and those they recorded where it is gone", async () => {
    const recorded = scenarioOf(limited).criteria;
    for (const [stack, expected] of [
      ["local", scenarioOfStack("local", "warn").criteria],
      ["a-stack-that-is-gone", recorded],
    ] as const) {
      const folder = await made({ ...scenarioOf(limited), stack });
      const analysis = await writeResults([folder], folder.path, driverThat([]));
      assert.deepEqual(analysis?.criteria, expected, stack);
    }
    assert.notDeepEqual(scenarioOfStack("local", "warn").criteria, recorded);
  });
});
