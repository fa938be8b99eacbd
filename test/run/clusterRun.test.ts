import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ApiException,
  KubeConfig,
  type V1ContainerStatus,
  type V1Job,
  type V1Pod,
  type V1PodStatus,
} from "@kubernetes/client-node";
import type { Cluster } from "../../cluster/connection.ts";
import type { SourceBundle } from "../../manifests/kubernetesObject.ts";
import { stackManifests } from "../../manifests/stackManifests.ts";
import { ClusterRuns, followSeconds } from "../../run/clusterRun.ts";
import type { Driver } from "../../run/driver.ts";
import { type PlannedRun, plannedRuns } from "../../run/plannedRun.ts";
import { readScenario } from "../../run/readScenario.ts";
import { RunFolder } from "../../run/runFolder.ts";

const bundle = (program: SourceBundle["program"]): SourceBundle => ({ program, sha256: "0".repeat(64), code: "" });
const bundles = { harness: bundle("harness"), simulator: bundle("simulator") };

function scenarioOf(harness: string) {
  const values = {
    ...{ platform: "kind", gpu: "h100-80", method: "simulated", model: "llama-8b", harness },
    harnessSettings: { waitTimeoutSeconds: 3000 },
  };
  return readScenario({ values, hasHfToken: true, hasClusterToken: false, apiKeyNames: [] }, "waiting", "required", {});
}

describe("the wait for a run's Job", () => {
  for (const [harness, spareSeconds] of [
    ["llmbench", 1260],
    ["guidellm", 900],
    ["vllm-benchmark", 900],
  ] as const)
    it(`of ${harness} ends after the Job's own deadline and its pod's grace`, () => {
      const scenario = scenarioOf(harness);
      const [run] = plannedRuns(scenario);
      assert.ok(run);
      const { objects } = stackManifests(scenario, bundles, { hfToken: true }).runOf({ ...run, attempt: 1 });
      const job = objects.find(({ kind }) => kind === "Job") as V1Job;
      const deadline = job.spec?.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY;
      const grace = job.spec?.template.spec?.terminationGracePeriodSeconds ?? Number.POSITIVE_INFINITY;
      assert.ok(followSeconds(scenario) >= deadline + grace + 60, `${followSeconds(scenario)} s`);
      assert.equal(deadline, 3000 + spareSeconds);
    });
});

describe("a Job that is over for us", () => {
  const now = Date.now;
  const given = process.env.LLMBENCH_RESULTS;
  let results: string;
  /** Has no log to give. */
  const server = createServer((_, answer) => answer.writeHead(404).end());
  before(() => once(server.listen(0, "127.0.0.1"), "listening"));
  after(() => server.close());
  beforeEach(() => {
    results = mkdtempSync(join(tmpdir(), "llmbench-late-"));
    process.env.LLMBENCH_RESULTS = results;
  });
  afterEach(() => {
    Date.now = now;
    if (given === undefined) delete process.env.LLMBENCH_RESULTS;
    else process.env.LLMBENCH_RESULTS = given;
    rmSync(results, { recursive: true });
  });

  /** What is asked of a cluster whose Job has this pod, while its run is followed, and how that ended. */
  async function followed(podStatus: V1PodStatus, readJob: () => V1Job) {
    const scenario = scenarioOf("guidellm");
    const manifests = stackManifests(scenario, bundles, { hfToken: true });
    const [run] = plannedRuns(scenario) as [PlannedRun];
    const asked: string[] = [];
    const no = () => Promise.reject(new ApiException(403, "", { message: "no" }, {}));
    const refusing = (known: object) =>
      new Proxy(known, { get: (target, name) => Reflect.get(target, name) ?? (name === "then" ? undefined : no) });
    const pod: V1Pod = {
      metadata: { name: "p", uid: "p1" },
      spec: { containers: [{ name: "harness" }] },
      status: podStatus,
    };
    const batch = {
      readNamespacedJob: async () => {
        if (asked.includes("gone")) throw new ApiException(404, "", { message: "not found" }, {});
        return readJob();
      },
      deleteNamespacedJob: async () => void asked.push("delete"),
    };
    const core = {
      listNamespacedPod: async ({ labelSelector }: { labelSelector: string }) => {
        if (!labelSelector.includes("controller-uid")) return { items: [pod] };
        const grace = asked.includes("in its grace");
        asked.push(grace ? "gone" : "in its grace");
        return { items: grace ? [] : [pod] };
      },
      listNamespacedEvent: async () => ({ items: [] }),
      createNamespacedPod: () => {
        asked.push("reader");
        return no();
      },
    };
    const cluster = {
      identity: { context: "lab", server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
      config: new KubeConfig(),
      core: refusing(core),
      batch: refusing(batch),
      objects: refusing({}),
    } as unknown as Cluster;
    const driver = { signal: new AbortController().signal, status() {}, say() {}, warn() {} } as unknown as Driver;
    const folder = RunFolder.latest(join(results, "waiting"), run.runId);
    const runs = new ClusterRuns({ scenario, cluster, manifests, driver });
    return { asked, folder, following: runs.follow(run, folder, null, () => {}) };
  }

  it("because it goes on after its deadline, is deleted and its pod awaited before anything is copied", async () => {
    let skippedMs = 0;
    Date.now = () => now() + skippedMs;
    const { asked, following } = await followed(
      { phase: "Running", containerStatuses: [{ state: { running: {} } }] as V1ContainerStatus[] },
      () => {
        skippedMs += followSeconds(scenarioOf("guidellm")) * 400;
        return { metadata: { name: "j", uid: "j1" }, status: { active: 1 } };
      },
    );
    const manifest = await following;
    assert.deepEqual(asked, ["delete", "in its grace", "gone", "reader"]);
    assert.equal(manifest?.status, "failed");
    assert.match(manifest?.reason ?? "", /s passed and the Job is still active; no results: /);
  });

  it("because it could not begin, is deleted: its pod may start later, beside the next run", async () => {
    const waiting = { reason: "InvalidImageName", message: "couldn't parse image name" };
    const { asked, following } = await followed(
      { phase: "Pending", containerStatuses: [{ name: "harness", state: { waiting } }] as V1ContainerStatus[] },
      () => ({ metadata: { name: "j", uid: "j1" }, status: { active: 1 } }),
    );
    const manifest = await following;
    assert.deepEqual(asked, ["delete", "in its grace", "gone"]);
    assert.equal(manifest?.status, "failed");
    assert.match(manifest?.reason ?? "", /couldn't parse image name/);
  });

  it("but goes on where only the cluster no longer answers us: the next up takes it up, and nothing is recorded", async () => {
    const { asked, folder, following } = await followed({ phase: "Pending" }, () => {
      throw new ApiException(401, "", { message: "token expired" }, {});
    });
    await assert.rejects(following, /does not accept the login/);
    assert.deepEqual(asked, []);
    assert.equal(folder.state, "absent");
  });
});
