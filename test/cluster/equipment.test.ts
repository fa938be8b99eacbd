import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createNamespace,
  deleteNamespace,
  describeOnCluster,
  namespaceName,
  restricted,
  testCore,
} from "./equipment/cluster.ts";
import { addGpus } from "./equipment/gpuNode.ts";
import { leftovers, listing } from "./equipment/leftovers.ts";

describeOnCluster("equipment for tests on a cluster", (kubeconfig) => {
  const namespace = namespaceName("equipment");

  before(() => createNamespace(namespace, restricted));
  after(() => deleteNamespace(namespace));

  it("lists what is new in any namespace or none, Events of namespaces that were there excepted", async () => {
    const before = await listing(kubeconfig);
    assert.ok(before.has(`v1/Namespace ${namespace}`));
    assert.ok([...before].some((entry) => entry.startsWith("rbac.authorization.k8s.io/v1/ClusterRole ")));
    const core = testCore();
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: "left" }, data: {} } });
    await core.createPersistentVolume({
      body: {
        metadata: { name: `${namespace}-left` },
        spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Mi" }, hostPath: { path: "/nowhere" } },
      },
    });
    await core.createNamespacedEvent({
      namespace,
      body: { metadata: { name: "event" }, involvedObject: { namespace, name: "left" }, reason: "Test" },
    });
    try {
      const ours = async () => (await leftovers(kubeconfig, before)).filter((entry) => entry.includes(namespace));
      assert.deepEqual(await ours(), [`v1/ConfigMap ${namespace}/left`, `v1/PersistentVolume ${namespace}-left`]);
      const without = await leftovers(kubeconfig, before, [namespace]);
      assert.ok(!without.includes(`v1/ConfigMap ${namespace}/left`));
    } finally {
      await core.deletePersistentVolume({ name: `${namespace}-left` });
      await core.deleteNamespacedConfigMap({ namespace, name: "left" });
    }
  });

  it("gives the node GPUs that a pod is scheduled on, and takes them away", async () => {
    const core = testCore();
    const gpus = await addGpus("ocp", "h100-80-mig-3g.40gb", 2, "mixed");
    try {
      const { metadata, status } = await core.readNode({ name: gpus.node });
      assert.equal(metadata?.labels?.["nvidia.com/gpu.product"], "NVIDIA-H100-80GB-HBM3");
      assert.equal(status?.allocatable?.["nvidia.com/mig-3g.40gb"], "2");
      await core.createNamespacedPod({
        namespace,
        body: {
          metadata: { name: "on-a-gpu" },
          spec: {
            restartPolicy: "Never",
            nodeSelector: { "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3" },
            securityContext: { runAsNonRoot: true, runAsUser: 4711, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "main",
                image: "docker.io/library/busybox:1.36",
                command: ["true"],
                resources: { limits: { "nvidia.com/mig-3g.40gb": "1" } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
              },
            ],
          },
        },
      });
      const deadline = Date.now() + 60_000;
      let phase: string | undefined;
      while (phase !== "Succeeded" && Date.now() < deadline) {
        await sleep(300);
        phase = (await core.readNamespacedPod({ namespace, name: "on-a-gpu" })).status?.phase;
      }
      assert.equal(phase, "Succeeded");
    } finally {
      await gpus.remove();
    }
    const { metadata, status } = await core.readNode({ name: gpus.node });
    assert.equal(metadata?.labels?.["nvidia.com/gpu.product"], undefined);
    assert.equal(status?.capacity?.["nvidia.com/mig-3g.40gb"], undefined);
    assert.equal(status?.allocatable?.["nvidia.com/mig-3g.40gb"], undefined);
  });
});
