import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiException } from "@kubernetes/client-node";
import type { Cluster } from "../../cluster/connection.ts";
import type { EnginePods } from "../../cluster/enginePods.ts";
import type { SourceBundle } from "../../manifests/kubernetesObject.ts";
import { stackManifests } from "../../manifests/stackManifests.ts";
import { ClusterRuns } from "../../run/clusterRun.ts";
import type { Driver } from "../../run/driver.ts";
import { type PlannedRun, planAgain, plannedRuns } from "../../run/plannedRun.ts";
import { readScenario } from "../../run/readScenario.ts";
import { RunFolder } from "../../run/runFolder.ts";
import { sameStart } from "../../run/sameStart.ts";

describe("one start of an engine is one repetition", () => {
  let stack: string;
  beforeEach(() => {
    stack = mkdtempSync(join(tmpdir(), "llmbench-starts-"));
  });
  afterEach(() => rmSync(stack, { recursive: true }));

  const pod = {
    formatVersion: 1,
    pod: "vllm-7f9-abc",
    createdAt: null,
    scheduledAt: null,
    startedAt: "2026-11-20T10:00:00.000Z",
    readyAt: null,
  } as const;
  const read = (name: string, what: object) =>
    new RunFolder(join(stack, name), 1).write("results/pod.json", JSON.stringify(what));
  const found = (runId: string) => sameStart(new RunFolder(join(stack, runId), 1), runId, pod);

  it("the pod that another repetition has read is named with its run", () => {
    read("engine-0badcafe-r1", pod);
    assert.equal(found("engine-0badcafe-r2"), "engine-0badcafe-r1");
    read("engine-0badcafe-r1", { ...pod, startedAt: "2026-11-20T09:00:00.000Z" });
    read("engine-0badcafe-r1-a2", pod);
    assert.equal(found("engine-0badcafe-r2"), "engine-0badcafe-r1-a2");
  });

  it("another pod, a container that has restarted, another set of runs and the run itself are none", () => {
    read("engine-0badcafe-r1", { ...pod, pod: "vllm-7f9-def" });
    read("engine-0badcafe-r3", { ...pod, startedAt: "2026-11-20T10:05:00.000Z" });
    read("engine-12345678-r1", pod);
    read("engine-0badcafe-r2", pod);
    read("compare-0badcafe", pod);
    assert.equal(found("engine-0badcafe-r2"), null);
    assert.equal(sameStart(new RunFolder(join(stack, "no", "folder"), 1), "engine-0badcafe-r2", pod), null);
  });

  it("makes the second repetition fail, with the next step and without a copy of the log", async () => {
    const given = process.env.LLMBENCH_RESULTS;
    process.env.LLMBENCH_RESULTS = stack;
    try {
      const values = { platform: "gke", gpu: "h100-80", method: "standalone", model: "llama-8b", harness: "nop" };
      const raw = { values, hasHfToken: true, hasClusterToken: false, apiKeyNames: [] };
      const scenario = readScenario(raw, "starts", "required", {});
      const bundle = (program: SourceBundle["program"]): SourceBundle => ({
        program,
        sha256: "0".repeat(64),
        code: "",
      });
      const bundles = { harness: bundle("harness"), simulator: bundle("simulator") };
      const manifests = stackManifests(scenario, bundles, { hfToken: true });
      const driver = { signal: new AbortController().signal, warn: () => {} } as unknown as Driver;
      planAgain(scenario);
      const [first, second] = plannedRuns(scenario) as [PlannedRun, PlannedRun];
      const runs = new ClusterRuns({ scenario, cluster: clusterOf(pod), manifests, driver });
      const make = async (run: PlannedRun) => {
        const folder = RunFolder.latest(join(stack, "starts"), run.runId);
        const manifest = await runs.readStartup(run, folder, [{ name: pod.pod }] as unknown as EnginePods);
        return { manifest, log: existsSync(join(folder.native, "vllm.log")) };
      };
      const one = await make(first);
      assert.deepEqual([one.manifest.status, one.log], ["complete", true]);
      const two = await make(second);
      assert.deepEqual([two.manifest.status, two.log], ["failed", false]);
      assert.equal(
        two.manifest.reason,
        `run ${first.runId} is of this start of pod ${pod.pod}; an engine starts once per deployment: ` +
          "./bench destroy starts, then ./bench up starts --retry",
      );
    } finally {
      if (given === undefined) delete process.env.LLMBENCH_RESULTS;
      else process.env.LLMBENCH_RESULTS = given;
    }
  });
});

/** Gives one pod and its log; to all else it says no. */
function clusterOf({ pod, startedAt }: { pod: string; startedAt: string }): Cluster {
  const no = () => Promise.reject(new ApiException(403, "", { message: "no" }, {}));
  const found = {
    metadata: { name: pod },
    status: { containerStatuses: [{ name: "engine", restartCount: 0, state: { running: { startedAt } } }] },
  };
  const core = { readNamespacedPod: async () => found, readNamespacedPodLog: async () => "a line" };
  const refusing = (known: object) =>
    new Proxy(known, { get: (target, name) => Reflect.get(target, name) ?? (name === "then" ? undefined : no) });
  return {
    identity: { context: "lab", server: "https://127.0.0.1:6443" },
    core: refusing(core),
    batch: refusing({}),
    objects: refusing({}),
  } as unknown as Cluster;
}
