import type { V1Pod } from "@kubernetes/client-node";

/** The pods that answer, to be recorded with the run. */
export type EnginePods = readonly EnginePod[];
export interface EnginePod {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    /** With the digest, as the kubelet has it. */
    readonly imageId: string;
    readonly restartCount: number;
  }[];
}

export function enginePod(pod: V1Pod): EnginePod {
  return {
    name: pod.metadata?.name ?? "",
    uid: pod.metadata?.uid ?? "",
    node: pod.spec?.nodeName ?? "",
    containers: (pod.status?.containerStatuses ?? []).map(({ name, image, imageID, restartCount }) => ({
      name,
      image,
      imageId: imageID,
      restartCount,
    })),
  };
}
