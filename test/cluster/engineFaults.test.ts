import assert from "node:assert/strict";
import type { Ended } from "../engine/checkout.ts";
import { createNamespace, describeOnCluster, testCore } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { harnesses, objectsOf } from "./equipment/objectsOf.ts";

const small = { cpu: 0.1, memory: "256Mi" };
const common = {
  platform: "kind",
  gpu: "h100-80",
  model: "llama-8b",
  method: "simulated",
  workload: "local",
  workloadOverrides: { "stages.concurrency": [1], "stages.seconds": 2 },
  harnessSettings: { cpu: 0.2, memory: "256Mi", pvcSize: "1Gi", waitTimeoutSeconds: 120 },
  engine: small,
};
const cluster = { readyTimeoutSeconds: 60 };

const flat = (text: string) => text.replace(/\s+/g, " ");

/** Each stack is one that cannot work; they run two at a time, for most of it is waiting. */
describeOnCluster("what cannot be deployed or started ends with the cause, the next step and exit code 1", () => {
  const checkouts: ClusterCheckout[] = [];
  const checkout = (what: string): ClusterCheckout => {
    const made = new ClusterCheckout(what);
    checkouts.push(made);
    return made;
  };

  after(async () => {
    await Promise.all(checkouts.map((one) => one.removeAll()));
  });

  async function failed(one: ClusterCheckout, config: Record<string, unknown>): Promise<Ended & { reasons: string }> {
    await one.ready();
    one.stack("sick", { ...common, cluster, ...config });
    const ended = await one.bench("up", "sick");
    assert.equal(ended.code, 1, ended.stderr + ended.stdout);
    const reasons = [...one.runs("sick")].map(([name, run]) => `${name} ${run?.status}: ${run?.reason}`).join("\n");
    return { ...ended, reasons };
  }

  it("one target of several: the others are benchmarked, and each that fails says why", async () => {
    const one = checkout("targets");
    const { stdout, stderr, reasons } = await failed(one, {
      repetitions: 1,
      targets: [
        { name: "fine" },
        { name: "hungry", engine: { ...small, memory: "12Mi" } },
        { name: "huge", engine: { ...small, cpu: 200 } },
      ],
      cluster: { readyTimeoutSeconds: 20 },
    });
    assert.match(reasons, /^fine-\S+ complete: null$/m);
    assert.match(reasons, /^hungry-\S+ failed: engine pod \S+ ran out of memory: .* limit of 12Mi/m);
    assert.match(reasons, /^huge-\S+ failed: the engine of target "huge" was not ready after 20 s: .*cpu/m);
    for (const text of [/ran out of memory/, /cannot be scheduled/]) assert.match(flat(stderr + stdout), text);
    assert.match(stdout, /1 of 3 runs are complete/);
    assert.match(stdout, /up sick --retry/);
    const [hungry] = [...one.runs("sick").keys()].filter((name) => name.startsWith("hungry"));
    assert.match(one.read("sick", hungry as string, "environment/events.json"), /BackOff|Started/);
    const jobs = await objectsOf(one, "jobs", harnesses);
    assert.equal(jobs.length, 1, "no load generator without an engine");
  });

  it("an image that is not there, a storage class that is not there", async () => {
    const [image, claim] = await Promise.all([
      failed(checkout("image"), {
        harnessSettings: { ...common.harnessSettings, image: "docker.io/library/node:no-such-tag" },
      }),
      failed(checkout("claim"), { cluster: { ...cluster, storageClass: "no-such-class" } }),
    ]);
    assert.match(image.reasons, /failed: engine pod \S+ cannot pull the image docker.io\/library\/node:no-such-tag/);
    assert.match(image.reasons, /; check /);
    assert.ok(image.seconds < 120, `${image.seconds} s`);
    assert.match(claim.reasons, /failed: pod \S+ .*workload-pvc.*no-such-class/);
    assert.ok(claim.seconds < 150, `${claim.seconds} s`);
  });

  it("a namespace whose quota is used up; a run beyond its time limit", async () => {
    const quota = checkout("quota");
    await quota.ready();
    await createNamespace(quota.namespace);
    await testCore().createNamespacedResourceQuota({
      namespace: quota.namespace,
      body: { metadata: { name: "no-pods" }, spec: { hard: { pods: "0" } } },
    });
    const late = checkout("late");
    const [full, limited] = await Promise.all([
      failed(quota, { cluster: { createNamespace: false, readyTimeoutSeconds: 10 } }),
      failed(late, {
        workloadOverrides: { stages: { concurrency: [1], requests: 2000 } },
        harnessSettings: { ...common.harnessSettings, waitTimeoutSeconds: 5 },
      }),
    ]);
    assert.match(full.reasons, /failed: .*not ready after 10 s: Deployment \S+ gets no pod, the namespace's quota/);
    assert.match(limited.reasons, /partial: .*time limit of 5 s/);
    assert.match(flat(limited.stdout), /time limit of 5 s/);
    const gone = await quota.bench("destroy", "sick");
    assert.equal(gone.code, 0, gone.stderr);
  });
});
