import assert from "node:assert/strict";
import { readState } from "../../cli/recordedState.ts";

const urn = (name: string) => `urn:pulumi:kind-sim::llm-bench::kubernetes:batch/v1:Job::${name}`;
const job = (name: string) => ({
  urn: urn(name),
  type: "kubernetes:batch/v1:Job",
  inputs: { apiVersion: "batch/v1", kind: "Job", metadata: { name, namespace: "llmdbench" }, spec: {} },
});
const provider = {
  urn: "urn:pulumi:kind-sim::llm-bench::pulumi:providers:kubernetes::cluster",
  type: "pulumi:providers:kubernetes",
  inputs: { clusterIdentifier: "https://10.0.0.1:6443", context: "kind-kind", kubeconfig: "/home/me/.kube/config" },
};

describe("what earlier commands wrote down about a stack", () => {
  it("of a new or destroyed stack: nothing", () => {
    for (const deployment of [undefined, {}, { resources: [] }])
      assert.deepEqual(readState({ version: 3, deployment }), { cluster: null, unconfirmed: [] });
  });

  it("the cluster is the provider's, which is there before the first output", () => {
    const { cluster } = readState({ version: 3, deployment: { resources: [provider] } });
    assert.deepEqual(cluster, { server: "https://10.0.0.1:6443", context: "kind-kind" });
  });

  it("a replacement that was begun: under the name of the one before, whether that has another name or is gone", () => {
    const replacement = { ...job("two"), urn: urn("run") };
    const pending_operations = [{ resource: replacement, type: "creating" }];
    for (const before of [
      { ...job("one"), urn: urn("run") },
      { ...replacement, pendingReplacement: true },
    ]) {
      const { unconfirmed } = readState({
        version: 3,
        deployment: { resources: [provider, before], pending_operations },
      });
      assert.deepEqual(
        unconfirmed.map(({ metadata }) => metadata.name),
        ["two"],
      );
    }
  });

  it("after destroy an old entry means nothing", () => {
    const pending_operations = [{ resource: job("lost"), type: "creating" }];
    const { unconfirmed } = readState({ version: 3, deployment: { resources: [], pending_operations } });
    assert.deepEqual(unconfirmed, []);
  });

  it("creations that were begun and never confirmed; those confirmed later, and deletions, are none", () => {
    const { unconfirmed } = readState({
      version: 3,
      deployment: {
        resources: [provider, job("confirmed")],
        pending_operations: [
          { resource: job("lost"), type: "creating" },
          { resource: job("confirmed"), type: "creating" },
          { resource: job("going"), type: "deleting" },
          { resource: { ...provider, urn: urn("random"), inputs: { length: 40 } }, type: "creating" },
        ],
      },
    });
    assert.deepEqual(unconfirmed, [
      { apiVersion: "batch/v1", kind: "Job", metadata: { name: "lost", namespace: "llmdbench" } },
    ]);
  });
});
