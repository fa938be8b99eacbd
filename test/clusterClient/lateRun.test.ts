import assert from "node:assert/strict";
import { ApiException, type V1Job, type V1Pod } from "@kubernetes/client-node";
import { ClusterError } from "../../cluster/clusterError.ts";
import type { Cluster } from "../../cluster/connection.ts";
import { stopRun } from "../../cluster/otherRuns.ts";

const where = { namespace: "bench", name: "late" };

/**
 * A Job, and one pod that is seen as running `looks` times, after `before` looks that see none; null: there is no Job. A Job
 * that was deleted stays until its pod is gone.
 */
function clusterWith(job: V1Job | null, looks: number, before = 0) {
  const asked: string[] = [];
  const seen = () => asked.filter((line) => line.startsWith("pods")).length;
  const cluster = {
    batch: {
      readNamespacedJob: async () => {
        const isGone = asked.some((line) => line.startsWith("delete")) && seen() > before + looks;
        if (job === null || isGone) throw new ApiException(404, "", { message: "not found" }, {});
        return job;
      },
      deleteNamespacedJob: async ({ name, propagationPolicy }: { name: string; propagationPolicy: string }) =>
        void asked.push(`delete ${name} ${propagationPolicy}`),
    },
    core: {
      listNamespacedPod: async ({ labelSelector }: { labelSelector: string }) => {
        const look = seen();
        asked.push(`pods ${labelSelector}`);
        const pod: V1Pod = { metadata: { name: "late-x" }, status: { phase: "Running" } };
        return { items: look >= before && look < before + looks ? [pod] : [] };
      },
    },
  } as unknown as Cluster;
  return { cluster, asked };
}

const active: V1Job = { metadata: { name: "late", uid: "u1" }, status: { active: 1 } };
const over: V1Job = {
  metadata: { name: "late", uid: "u1" },
  status: { conditions: [{ type: "Failed", status: "True", reason: "DeadlineExceeded" }] },
};
const pods = "pods batch.kubernetes.io/controller-uid=u1";

describe("a run whose time is up", () => {
  it("is deleted where its Job is still active, and its pod awaited", async () => {
    const { cluster, asked } = clusterWith(active, 1);
    const said: string[] = [];
    await stopRun(cluster, where, (line) => void said.push(line));
    assert.deepEqual(asked, ["delete late Foreground", pods, pods]);
    assert.deepEqual(said, ["stopping Job late, which is still active"]);
  });

  it("is over when its Job is gone: of one just made the pod may come after the deletion", async () => {
    const { cluster, asked } = clusterWith(active, 1, 1);
    await stopRun(cluster, where, () => {});
    assert.deepEqual(asked, ["delete late Foreground", pods, pods, pods]);
  });

  it("keeps its Job where that has ended by itself, but its pod may still be in its grace", async () => {
    const { cluster, asked } = clusterWith(over, 1);
    await stopRun(cluster, where, assert.fail);
    assert.deepEqual(asked, [pods, pods]);
  });

  it("that is gone needs nothing", async () => {
    const { cluster, asked } = clusterWith(null, 0);
    await stopRun(cluster, where, assert.fail);
    assert.deepEqual(asked, []);
  });

  it("whose pod does not go is an error: nothing can be measured beside it", async () => {
    const { cluster } = clusterWith(active, Number.POSITIVE_INFINITY);
    const now = Date.now;
    let skippedMs = 0;
    Date.now = () => {
      skippedMs += 100_000;
      return now() + skippedMs;
    };
    try {
      await assert.rejects(
        stopRun(cluster, where, () => {}),
        (error) => {
          assert.ok(error instanceof ClusterError);
          return /^pod late-x of a run that is over does not end/.test(error.message);
        },
      );
    } finally {
      Date.now = now;
    }
  });
});
