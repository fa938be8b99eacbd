import type { V1Pod } from "@kubernetes/client-node";

/** As far as we read it; the client has no type for it. */
export interface LeaderWorkerSet {
  readonly apiVersion: "leaderworkerset.x-k8s.io/v1";
  readonly kind: "LeaderWorkerSet";
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly replicas?: number;
    readonly leaderWorkerTemplate?: {
      /** Pods of a group, its leader among them. */
      readonly size?: number;
      readonly workerTemplate?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
    };
  };
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number; readonly updatedReplicas?: number };
}

export const leaderWorkerSetApi = { apiVersion: "leaderworkerset.x-k8s.io/v1", kind: "LeaderWorkerSet" } as const;

const workerIndex = "leaderworkerset.sigs.k8s.io/worker-index";
const revision = "leaderworkerset.sigs.k8s.io/template-revision-hash";

/** The controller puts it on the pods of all groups. */
export function podsSelector(name: string): string {
  return `leaderworkerset.sigs.k8s.io/name=${name}`;
}

/** The pod of its group that takes requests; a pod of anything else is its own leader. */
export function isLeader({ metadata }: V1Pod): boolean {
  return (metadata?.labels?.[workerIndex] ?? "0") === "0";
}

export function revisionOf({ metadata }: V1Pod): string | undefined {
  return metadata?.labels?.[revision];
}

/** Pods of all its groups together. */
export function podsWanted({ spec }: LeaderWorkerSet): number {
  return (spec?.replicas ?? 1) * (spec?.leaderWorkerTemplate?.size ?? 1);
}
