import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Manifest } from "../../analysis/run.ts";
import { nextAttempts } from "../../run/attempts.ts";
import { runBenchmark } from "../../run/benchmark.ts";
import type { Driver, RunProgress } from "../../run/driver.ts";
import { progressLine } from "../../run/driver.ts";
import { type PlannedRun, plannedRuns } from "../../run/plannedRun.ts";
import { projectRoot } from "../../run/projectRoot.ts";
import { RunFolder, stackFolder } from "../../run/runFolder.ts";
import { scenarioOf } from "../manifests/stacks.ts";

const values = {
  gpu: "h100-80",
  model: "llama-8b",
  method: "simulated",
  repetitions: 1,
  targets: [{ name: "a" }, { name: "b", simulator: { slowdown: 2 } }],
};

describe("runs that are made at once", () => {
  const results = mkdtempSync(join(tmpdir(), "llm-bench-attempts-"));
  const given = process.env.LLMBENCH_RESULTS;
  const kind = { ...scenarioOf({ ...values, platform: "kind" }), together: true };
  before(() => {
    process.env.LLMBENCH_RESULTS = results;
  });
  afterEach(() => rmSync(join(results, "test"), { recursive: true, force: true }));
  after(() => {
    if (given === undefined) delete process.env.LLMBENCH_RESULTS;
    else process.env.LLMBENCH_RESULTS = given;
    rmSync(results, { recursive: true, force: true });
  });

  const folderOf = (run: PlannedRun, attempt = 1) => RunFolder.at(stackFolder(projectRoot, "test"), run.runId, attempt);
  const leave = (run: PlannedRun, status: Manifest["status"] | "unfinished", attempt = 1) => {
    folderOf(run, attempt).write("results/x", "");
    if (status !== "unfinished") folderOf(run, attempt).writeManifest({ status, reason: "test" } as Manifest);
  };
  const next = (scenario: typeof kind, states: Parameters<typeof leave>[1][], retry: boolean) => {
    const runs = plannedRuns(scenario);
    runs.forEach((run, i) => {
      const state = states[i];
      if (state !== undefined) leave(run, state);
    });
    return nextAttempts(scenario, runs, retry).map(
      ({ run, folder }) => `${[run.target.name, ...run.loadedWith].join("+")} ${folder.attempt}`,
    );
  };

  it("are repeated all together where one failed, and only when asked for", () => {
    assert.deepEqual(next(kind, ["complete", "complete", "complete", "failed"], false), []);
    assert.deepEqual(next(kind, [], true), ["a+b 2", "b+a 2"]);
    assert.deepEqual(next(kind, ["complete", "complete", "partial", "complete"], true), ["a+b 2", "b+a 2"]);
  });

  it("leave a failed run of one alone to itself", () => {
    assert.deepEqual(next(kind, ["failed", "complete", "complete", "complete"], true), ["a 2"]);
  });

  it("go on in a cluster, where one of them was not fetched", () => {
    assert.deepEqual(next(kind, ["complete", "complete", "complete"], false), ["b+a 1"]);
    assert.deepEqual(next(kind, [undefined, undefined, undefined, "unfinished"] as never, false), ["b+a 1"]);
  });

  it("share the number of their attempt, whatever each of them has left", () => {
    const runs = plannedRuns(kind);
    for (const run of runs) leave(run, "complete");
    leave(runs[2] as PlannedRun, "failed", 2);
    leave(runs[3] as PlannedRun, "complete", 2);
    rmSync(folderOf(runs[3] as PlannedRun, 1).path, { recursive: true });
    assert.deepEqual(next(kind, [], true), ["a+b 3", "b+a 3"]);
  });

  it("are made at the same time, the others one after the other; one that fails leaves the rest", async () => {
    const runs = plannedRuns(kind);
    const spans: { name: string; from: number; to: number }[] = [];
    const said: string[] = [];
    const shown: RunProgress[] = [];
    const driver = {
      say: (line: string) => said.push(line),
      warn: (line: string) => said.push(line),
      progress: (progress: RunProgress) => shown.push(progress),
      signal: new AbortController().signal,
    } as unknown as Driver;
    const result = await runBenchmark(
      kind,
      runs,
      nextAttempts(kind, runs, false),
      async (run, folder, onProgress) => {
        const from = performance.now();
        const none = { elapsedSeconds: 0, etaSeconds: 3, inFlight: 2, ok: 1, failed: 0 };
        onProgress({ phase: "stage", stage: 1, stages: 1, name: "c=1", ...none }, 3);
        await pause(60);
        const name = [run.target.name, ...run.loadedWith].join("+");
        spans.push({ name, from, to: performance.now() });
        // Failed in every case: there is nothing to analyse here.
        const manifest = { runId: run.runId, status: "failed", reason: "test", harness: "none" } as Manifest;
        folder.write("results/x", "");
        folder.writeManifest(manifest);
        return manifest;
      },
      driver,
    );
    const overlap = (i: number, j: number) => {
      const [a, b] = [spans[i] as (typeof spans)[0], spans[j] as (typeof spans)[0]];
      return (Math.min(a.to, b.to) - Math.max(a.from, b.from)) / Math.min(a.to - a.from, b.to - b.from);
    };
    assert.deepEqual(
      spans.map(({ name }) => name),
      ["a", "b", "a+b", "b+a"],
    );
    assert.ok(overlap(0, 1) <= 0 && overlap(1, 2) <= 0, JSON.stringify(spans));
    assert.ok(overlap(2, 3) >= 0.9, JSON.stringify(spans));
    assert.ok(said.some((line) => /^run 3\+4\/4 a-.* and b-.*, at once$/.test(line)));
    assert.ok(said.some((line) => /were not loaded together to the end; --retry repeats all of them/.test(line)));
    assert.match(result.problems[2] as string, /\(loaded with b: --retry repeats all of them\)/);
    assert.equal(
      progressLine(shown.at(-1) as RunProgress),
      "run 3+4/4 a: stage 1/1 c=1, 1 ok, 0 failed, 2 in flight | b: stage 1/1 c=1, 1 ok, 0 failed, 2 in flight, ETA 3 s",
    );
  });
});
