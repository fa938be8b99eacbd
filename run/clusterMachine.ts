import type { Provenance } from "../analysis/run.ts";
import type { Facts } from "../cluster/facts.ts";

/** What a run on a cluster ran on, as far as the cluster told; environment/*.json has it in full. */
export function clusterMachine({ context, serverVersion, pods, nodes }: Facts): Provenance["machine"] {
  const ofComponent = (component: string) => pods.value?.find((pod) => pod.component === component);
  // The one with the GPU: a gateway in front of several is of component engine as well.
  const serving = pods.value?.find(({ role }) => role === "engine" || role === "decode") ?? ofComponent("engine");
  const engine = nodes.value?.find(({ name }) => name === serving?.node);
  // A pod that asks for no GPU has none, whatever the node is labelled: a simulated engine on it is of no GPU's system.
  const hasGpu = serving?.containers.some(({ requests, limits }) =>
    Object.keys({ ...requests, ...limits }).some((resource) => resource.startsWith("nvidia.com/")),
  );
  const image = serving?.containers[0]?.imageId;
  const facts: Record<string, string | null | undefined> = {
    cluster: context,
    kubernetes: serverVersion.value,
    engineNode: engine?.name,
    engineImage: image,
    instanceType: engine?.instanceType,
    gpu: hasGpu ? engine?.gpuProduct : null,
    driver: hasGpu ? engine?.driverVersion : null,
    kubelet: engine?.kubelet,
    kernel: engine?.kernel,
    harnessNode: ofComponent("harness")?.node,
  };
  return Object.fromEntries(Object.entries(facts).flatMap(([name, fact]) => (fact ? [[name, fact]] : [])));
}
