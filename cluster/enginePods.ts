import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { EngineWorkload } from "../manifests/kubernetesObject.ts";

/** The pods that answer, to be recorded with the run. */
export type EnginePods = readonly EnginePod[];
export interface EnginePod {
  readonly name: string;
  readonly role: EngineWorkload["role"];
  readonly uid: string;
  readonly node: string;
  /** With its sidecars. */
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    /** With the digest, as the kubelet has it. */
    readonly imageId: string;
    readonly restartCount: number;
  }[];
}

export function enginePod(pod: V1Pod, role: EngineWorkload["role"]): EnginePod {
  return {
    name: pod.metadata?.name ?? "",
    role,
    uid: pod.metadata?.uid ?? "",
    node: pod.spec?.nodeName ?? "",
    containers: runningContainers(pod).map(({ name, image, imageID, restartCount }) => ({
      name,
      image,
      imageId: imageID,
      restartCount,
    })),
  };
}

/** Those that run as long as the pod does. A sidecar is an init container that is always restarted, llm-d's routing proxy for one. */
export function runningContainers(pod: V1Pod): V1ContainerStatus[] {
  const sidecars = (pod.status?.initContainerStatuses ?? []).filter(({ name }) => isSidecar(pod, name));
  return [...(pod.status?.containerStatuses ?? []), ...sidecars];
}

export function isSidecar({ spec }: V1Pod, container: string): boolean {
  return (
    spec?.initContainers?.some(({ name, restartPolicy }) => name === container && restartPolicy === "Always") ?? false
  );
}
