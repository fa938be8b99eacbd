import type { Provenance } from "../analysis/run.ts";
import type { Facts } from "../cluster/facts.ts";

/** What a run on a cluster ran on, as far as the cluster told; environment/*.json has it in full. */
export function clusterMachine({ context, serverVersion, pods, nodes }: Facts): Provenance["machine"] {
  const nodeOf = (component: string) => pods.value?.find((pod) => pod.component === component)?.node ?? null;
  const engine = nodes.value?.find(({ name }) => name === nodeOf("engine"));
  const image = pods.value?.find(({ component }) => component === "engine")?.containers[0]?.imageId;
  const facts: Record<string, string | null | undefined> = {
    cluster: context,
    kubernetes: serverVersion.value,
    engineNode: engine?.name,
    engineImage: image,
    instanceType: engine?.instanceType,
    gpu: engine?.gpuProduct,
    driver: engine?.driverVersion,
    kubelet: engine?.kubelet,
    kernel: engine?.kernel,
    harnessNode: nodeOf("harness"),
  };
  return Object.fromEntries(Object.entries(facts).flatMap(([name, fact]) => (fact ? [[name, fact]] : [])));
}
