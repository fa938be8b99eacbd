import assert from "node:assert/strict";
import type { Facts } from "../../cluster/facts.ts";
import { clusterMachine } from "../../run/clusterMachine.ts";

const node = { name: "n", gpuProduct: "NVIDIA-H100-80GB-HBM3", driverVersion: "570.86.15", kubelet: "v1.34.1" };
const pod = (role: string, limits: Readonly<Record<string, string>>) => ({
  role,
  component: "engine",
  node: "n",
  containers: [{ imageId: `${role}@sha256:1`, requests: {}, limits }],
});
const machineOf = (...pods: ReturnType<typeof pod>[]) =>
  clusterMachine({
    context: "kind",
    serverVersion: { value: "v1.34.1" },
    pods: { value: pods },
    nodes: { value: [node] },
  } as unknown as Facts);

describe("the machine of a run on a cluster", () => {
  it("has the GPU of the pod that holds one, whole or in slices", () => {
    for (const resource of ["nvidia.com/gpu", "nvidia.com/mig-3g.40gb"]) {
      const { gpu, driver, engineImage } = machineOf(pod("gateway", {}), pod("decode", { [resource]: "1" }));
      assert.deepEqual([gpu, driver, engineImage], [node.gpuProduct, node.driverVersion, "decode@sha256:1"]);
    }
  });

  it("has none where the pod asked for none: a simulated engine on a node with GPUs", () => {
    const { gpu, driver, engineNode } = machineOf(pod("engine", { cpu: "2" }));
    assert.deepEqual([gpu, driver, engineNode], [undefined, undefined, "n"]);
  });
});
