import type { V1Node } from "@kubernetes/client-node";

/** What a node was. Without its annotations, which tools fill with whole objects. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
  readonly kubelet: string | null;
  readonly kernel: string | null;
  readonly containerRuntime: string | null;
  readonly os: string | null;
  readonly architecture: string | null;
  /** Machine type of a cloud; null: none is said. */
  readonly instanceType: string | null;
  readonly zone: string | null;
  /** As the GPU operator's feature discovery or GKE labels it; null: no such label. */
  readonly gpuProduct: string | null;
  /** Of the GPUs; null: no such label (GKE tells only that it chose the default or the latest one). */
  readonly driverVersion: string | null;
}

export function nodeFacts(node: V1Node): NodeFacts {
  const labels = node.metadata?.labels ?? {};
  const info = node.status?.nodeInfo;
  return {
    name: node.metadata?.name ?? "",
    labels,
    capacity: node.status?.capacity ?? {},
    allocatable: node.status?.allocatable ?? {},
    taints: (node.spec?.taints ?? []).map(({ key, value, effect }) => `${key}${value ? `=${value}` : ""}:${effect}`),
    kubelet: info?.kubeletVersion || null,
    kernel: info?.kernelVersion || null,
    containerRuntime: info?.containerRuntimeVersion || null,
    os: info?.osImage || null,
    architecture: info?.architecture || null,
    instanceType: labels["node.kubernetes.io/instance-type"] ?? null,
    zone: labels["topology.kubernetes.io/zone"] ?? null,
    gpuProduct: labels["nvidia.com/gpu.product"] ?? labels["cloud.google.com/gke-accelerator"] ?? null,
    driverVersion: driverVersion(labels),
  };
}

/** NVIDIA's feature discovery: one label for the whole version; older releases have its three parts only. */
function driverVersion(labels: Readonly<Record<string, string>>): string | null {
  const whole = labels["nvidia.com/cuda.driver-version.full"];
  if (whole) return whole;
  const parts = ["major", "minor", "rev"].flatMap((part) => labels[`nvidia.com/cuda.driver.${part}`] ?? []);
  return parts.length > 0 ? parts.join(".") : null;
}
