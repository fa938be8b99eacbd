import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "../../analysis/run.ts";
import type { SourceBundle } from "../../manifests/kubernetesObject.ts";
import { harnessJobName } from "../../manifests/names.ts";
import { stackManifests } from "../../manifests/stackManifests.ts";
import { clusterPlan } from "../../run/clusterPlan.ts";
import { type PlannedRun, planAgain, plannedRuns } from "../../run/plannedRun.ts";
import { projectRoot } from "../../run/projectRoot.ts";
import { readScenario } from "../../run/readScenario.ts";
import { RunFolder, stackFolder } from "../../run/runFolder.ts";
import type { Standing } from "../../run/standing.ts";

const bundle = (program: SourceBundle["program"]): SourceBundle => ({ program, sha256: "0".repeat(64), code: "" });
const bundles = { harness: bundle("harness"), simulator: bundle("simulator") };

describe("what a call on a cluster declares", () => {
  const results = mkdtempSync(join(tmpdir(), "llm-bench-plan-"));
  const given = process.env.LLMBENCH_RESULTS;
  const values = {
    platform: "kind",
    gpu: "h100-80",
    method: "simulated",
    model: "llama-8b",
    repetitions: 1,
    targets: [{ name: "baseline" }, { name: "candidate", simulator: { slowdown: 2 } }],
  };
  const raw = { values, hasHfToken: false, hasClusterToken: false, apiKeyNames: [] };
  const scenario = readScenario(raw, "planned", "required", {});
  const manifests = stackManifests(scenario, bundles, { hfToken: false });
  let runs: PlannedRun[];

  before(() => {
    process.env.LLMBENCH_RESULTS = results;
    runs = plannedRuns(scenario);
  });
  afterEach(() => {
    rmSync(join(results, "planned"), { recursive: true, force: true });
    delete process.env.LLMBENCH_RUNS_NOW;
  });
  after(() => {
    if (given === undefined) delete process.env.LLMBENCH_RESULTS;
    else process.env.LLMBENCH_RESULTS = given;
    rmSync(results, { recursive: true, force: true });
  });

  function done(run: PlannedRun, status: Manifest["status"], job: string | null): void {
    const folder = RunFolder.latest(stackFolder(projectRoot, "planned"), run.runId);
    folder.write("results/x", "");
    folder.writeManifest({ status, job } as Manifest);
  }

  const jobOf = (run: PlannedRun) => harnessJobName(scenario, { runId: run.runId, attempt: 1 });
  const standing = (jobs: readonly string[], workloads: readonly string[]): Standing => ({
    jobs: new Set(jobs),
    workloads: new Set(workloads),
  });
  const plan = (found: Standing, retry = false) => {
    const { todo, made, deployed, idle } = clusterPlan(scenario, runs, manifests, found, retry);
    const names = (attempts: typeof todo) => attempts.map(({ run, folder }) => `${run.target.name} ${folder.attempt}`);
    return { todo: names(todo), made: names(made), deployed: [...deployed], idle: [...idle] };
  };

  it("nothing is there: both engines, both runs", () => {
    assert.deepEqual(plan(standing([], [])), {
      todo: ["baseline 1", "candidate 1"],
      made: [],
      deployed: ["baseline", "candidate"],
      idle: [],
    });
  });

  it("all is done and stands: everything stays declared, nothing is to be done", () => {
    for (const run of runs) done(run, "complete", jobOf(run));
    const found = standing(runs.map(jobOf), ["simulated-baseline", "simulated-candidate"]);
    assert.deepEqual(plan(found), {
      todo: [],
      made: ["baseline 1", "candidate 1"],
      deployed: ["baseline", "candidate"],
      idle: [],
    });
  });

  it("all is done and the cluster is empty, as after destroy: no Job, which would run again, and no engine for nothing", () => {
    for (const run of runs) done(run, "complete", jobOf(run));
    assert.deepEqual(plan(standing([], [])), { todo: [], made: [], deployed: [], idle: ["baseline", "candidate"] });
  });

  it("an engine that never came up left a folder and no Job: none is declared, unless asked to try again", () => {
    done(runs[0]!, "failed", null);
    assert.deepEqual(plan(standing([], [])).todo, ["candidate 1"]);
    assert.deepEqual(plan(standing([], []), true).todo, ["baseline 2", "candidate 1"]);
  });

  it("a dry run that cannot ask the cluster goes by what was recorded", () => {
    done(runs[0]!, "complete", jobOf(runs[0]!));
    const { made, deployed } = plan({ jobs: null, workloads: null });
    assert.deepEqual(made, ["baseline 1"]);
    assert.deepEqual(deployed.sort(), ["baseline", "candidate"]);
  });

  it("in turn: the engine of the runs that are named, and no other, whatever stands", () => {
    process.env.LLMBENCH_RUNS_NOW = runs[1]!.runId;
    const found = standing([], ["simulated-baseline"]);
    assert.deepEqual(plan(found), { todo: ["candidate 1"], made: [], deployed: ["candidate"], idle: [] });
  });

  it("in turn is refused where all are to be loaded together", () => {
    process.env.LLMBENCH_RUNS_NOW = runs[0]?.runId;
    assert.throws(
      () => clusterPlan({ ...scenario, together: true }, runs, manifests, standing([], []), false),
      /one engine at a time cannot be loaded together/,
    );
  });

  it("a start-up that is asked for again after destroy deploys the engine again; without that nothing is deployed", () => {
    const nop = readScenario(
      {
        ...raw,
        hasHfToken: true,
        values: { platform: "gke", gpu: "h100-80", method: "standalone", model: "llama-8b", harness: "nop" },
      },
      "planned",
      "required",
      {},
    );
    const planned = () => {
      const found = plannedRuns(nop);
      const { todo, deployed } = clusterPlan(
        nop,
        found,
        stackManifests(nop, bundles, { hfToken: true }),
        standing([], []),
        false,
      );
      return { runs: found, todo: todo.map(({ run }) => run.repetition), deployed: deployed.size };
    };
    const [first] = planned().runs;
    done(first!, "complete", null);
    assert.deepEqual({ ...planned(), runs: 1 }, { runs: 1, todo: [], deployed: 0 });
    planAgain(nop);
    assert.deepEqual({ ...planned(), runs: 2 }, { runs: 2, todo: [2], deployed: 1 });
  });
});
