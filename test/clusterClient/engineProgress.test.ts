import assert from "node:assert/strict";
import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { downloadEta, downloadProgress, loadedShare } from "../../cluster/engineProgress.ts";
import { timeKey } from "../../cluster/logFollower.ts";
import { isRolledOut, splitPods } from "../../cluster/rollout.ts";
import { runEnd } from "../../cluster/runEnd.ts";
import { jobData, podData } from "./clusterData.ts";

describe("progress of an engine", () => {
  it("is read from the last whole report of a download", () => {
    const lines = [
      '{"downloadedBytes": 10, "totalBytes": 100}',
      '{"downloadedBytes": 20, "totalBytes": 100}',
      '{"downloadedBytes": 3',
    ];
    assert.deepEqual(downloadProgress(lines), { downloadedBytes: 20, totalBytes: 100 });
    assert.equal(downloadProgress(["starting"]), null);
  });

  it("estimates from what was loaded since the first report, not from what was there before", () => {
    const first = { bytes: 900, atMs: 0 };
    assert.equal(downloadEta(first, { bytes: 910, total: 1000, atMs: 1000 }), 9);
    assert.equal(downloadEta(first, { bytes: 900, total: 1000, atMs: 1000 }), null);
    assert.equal(downloadEta(first, { bytes: 910, total: null, atMs: 1000 }), null);
  });

  it("takes the share of the weights from vLLM's progress bar", () => {
    const bar =
      "Loading safetensors checkpoint shards:   0% Completed | 0/4\rLoading safetensors checkpoint shards:  75% Completed | 3/4";
    assert.equal(loadedShare(["INFO other", bar, "INFO later"]), 0.75);
    assert.equal(loadedShare(["INFO other"]), null);
  });
});

describe("rollout", () => {
  const pod = (uid: string, hash: string, born: number, more: Partial<V1Pod["metadata"] & object> = {}): V1Pod => ({
    metadata: { uid, labels: { "pod-template-hash": hash }, creationTimestamp: new Date(born), ...more },
  });
  const deployment = (status: object, generation = 2): V1Deployment =>
    ({ metadata: { generation }, spec: { replicas: 1 }, status: { observedGeneration: 2, ...status } }) as V1Deployment;
  const names = (pods: readonly V1Pod[]) => pods.map(({ metadata }) => metadata?.uid);

  it("counts pods of the current template only", () => {
    const { current, old } = splitPods(deployment({ updatedReplicas: 1 }), [
      pod("old", "a", 1, { deletionTimestamp: new Date() }),
      pod("new", "b", 2),
    ]);
    assert.deepEqual([names(current), names(old)], [["new"], ["old"]]);
  });

  it("as long as the controller has no pod of the new template, those that are there are old", () => {
    for (const before of [deployment({ updatedReplicas: 0 }), deployment({ updatedReplicas: 1 }, 3)]) {
      const { current, old } = splitPods(before, [pod("old", "a", 1)]);
      assert.deepEqual([names(current), names(old)], [[], ["old"]]);
    }
  });

  it("is done when all replicas are updated and ready, and no other is left", () => {
    const done = { updatedReplicas: 1, readyReplicas: 1, replicas: 1 };
    assert.equal(isRolledOut(deployment(done)), true);
    assert.equal(isRolledOut(deployment(done, 3)), false);
    assert.equal(isRolledOut(deployment({ ...done, replicas: 2 })), false);
    assert.equal(isRolledOut(deployment({ ...done, readyReplicas: 0 })), false);
  });
});

describe("end of a run", () => {
  it("tells a program that failed from a deadline and from a pod that was taken away", () => {
    const failed = runEnd(jobData("failed"), podData("failed").pod, "no\n");
    assert.deepEqual([failed.outcome, failed.exitCode, failed.log], ["failed", 4, "no\n"]);
    assert.equal(runEnd(jobData("deadline"), null, "").outcome, "deadline");
    const evicted = runEnd(jobData("failed"), podData("evicted").pod, "");
    assert.equal(evicted.outcome, "podLost");
    assert.match(evicted.reason ?? "", /was evicted on node bench-node/);
    assert.equal(runEnd(null, null, "").outcome, "podLost");
  });

  it("orders log times of different length and zone", () => {
    const times = ["2026-11-22T09:10:46.106281Z", "2026-11-22T10:10:46.106281001+01:00", "2026-11-22T09:10:47Z"];
    assert.deepEqual(times.map(timeKey).toSorted(), times.map(timeKey));
  });
});
