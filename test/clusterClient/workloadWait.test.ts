import assert from "node:assert/strict";
import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../cluster/connection.ts";
import { waitForEngine } from "../../cluster/waitForEngine.ts";

const labels = { app: "m", "pod-template-hash": "h1" };

const deployment = (status: object): V1Deployment => ({
  metadata: { name: "m-decode", generation: 1 },
  spec: { replicas: 1, selector: { matchLabels: { app: "m" } }, template: {} },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, ...status },
});

/** As the Deployment's controller leaves them 600 s after the last progress, where a chart names no deadline of its own. */
const tooLong = deployment({
  unavailableReplicas: 1,
  conditions: [
    { type: "Available", status: "False", reason: "MinimumReplicasUnavailable" },
    {
      type: "Progressing",
      status: "False",
      reason: "ProgressDeadlineExceeded",
      message: 'ReplicaSet "m-decode-h1" has timed out progressing.',
    },
  ],
});

const pod = (ready: boolean): V1Pod => ({
  metadata: { name: "m-decode-x", namespace: "bench", uid: "u", labels, creationTimestamp: new Date(0) },
  spec: { nodeName: "n", containers: [{ name: "vllm" }] },
  status: {
    phase: "Running",
    conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    containerStatuses: [
      { name: "vllm", ready, restartCount: 0, image: "i", imageID: "", state: { running: { startedAt: new Date() } } },
    ],
  },
});

/** One look after the other finds the next of these; the last one stays. */
function clusterOf(looks: readonly { readonly deployment: V1Deployment; readonly pod: V1Pod }[]): Cluster {
  let look = -1;
  const now = () => looks[Math.min(look, looks.length - 1)] as (typeof looks)[number];
  return {
    identity: { context: "c", server: "https://c" },
    objects: {
      read: async () => {
        look++;
        return now().deployment;
      },
    },
    core: {
      listNamespacedPod: async () => ({ items: [now().pod] }),
      listNamespacedEvent: async () => ({ items: [] }),
      listNode: async () => ({
        items: [{ metadata: { name: "n" }, status: { conditions: [{ type: "Ready", status: "True" }] } }],
      }),
      readNamespacedPodLog: async () => "Loading safetensors checkpoint shards:  40% Completed | 2/5",
    },
  } as unknown as Cluster;
}

describe("a Deployment of a chart that loads for longer than its deadline for progress", () => {
  it("is waited for, since its pod goes on all the same, and is ready when that is", async () => {
    const cluster = clusterOf([
      { deployment: tooLong, pod: pod(false) },
      { deployment: tooLong, pod: pod(false) },
      { deployment: deployment({ readyReplicas: 1 }), pod: pod(true) },
    ]);
    const phases: string[] = [];
    const pods = await waitForEngine(
      cluster,
      {
        target: "m",
        namespace: "bench",
        workloads: [{ kind: "Deployment", name: "m-decode", role: "decode", release: "m" }],
        service: null,
        downloadJob: null,
      },
      {
        deadlineSeconds: 30,
        signal: new AbortController().signal,
        onProgress: ({ phase, detail }) => void phases.push(`${phase} ${detail}`),
      },
    );
    assert.deepEqual(
      pods.map(({ name }) => name),
      ["m-decode-x"],
    );
    assert.deepEqual(phases, ["loading null", "loading null", "ready null"]);
  });
});
