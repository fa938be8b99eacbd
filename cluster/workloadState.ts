import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import type { EngineWorkload } from "../manifests/kubernetesObject.ts";
import type { Cluster } from "./connection.ts";
import { type LeaderWorkerSet, leaderWorkerSetApi, podsSelector, podsWanted, revisionOf } from "./leaderWorkerSet.ts";
import { isStatus } from "./noAnswer.ts";
import { listEvents, podsOf } from "./observe.ts";
import { isRolledOut, refusedPods, splitPods } from "./rollout.ts";

/** How far a workload has come to what its current template and number of replicas want. */
export interface WorkloadState {
  /** Its pods are all of the current template and ready. */
  readonly rolledOut: boolean;
  readonly current: readonly V1Pod[];
  /** Of an earlier template, or on their way out. */
  readonly old: readonly V1Pod[];
  readonly wanted: number;
  /** Why it gets no pods, in the API server's words; null: it does. */
  readonly refused: string | null;
}

/** null: it is not there, nor is, with a LeaderWorkerSet, perhaps its kind. */
export async function workloadState(
  cluster: Cluster,
  namespace: string,
  { kind, name }: Pick<EngineWorkload, "kind" | "name">,
): Promise<WorkloadState | null> {
  const metadata = { name, namespace };
  if (kind === "LeaderWorkerSet") {
    const set = await unlessGone(cluster.objects.read({ ...leaderWorkerSetApi, metadata }));
    return set === null ? null : setState(cluster, namespace, set as unknown as LeaderWorkerSet);
  }
  const deployment = await unlessGone(
    cluster.objects.read<V1Deployment>({ apiVersion: "apps/v1", kind: "Deployment", metadata }),
  );
  return deployment === null ? null : deploymentState(cluster, namespace, deployment);
}

async function deploymentState(cluster: Cluster, namespace: string, deployment: V1Deployment): Promise<WorkloadState> {
  const { current, old } = splitPods(deployment, await podsOf(cluster, namespace, selectorOf(deployment)));
  const wanted = deployment.spec?.replicas ?? 1;
  const refused = current.length < wanted ? refusedPods(deployment) : null;
  return { rolledOut: isRolledOut(deployment), current, old, wanted, refused };
}

async function setState(cluster: Cluster, namespace: string, set: LeaderWorkerSet): Promise<WorkloadState> {
  const { name } = set.metadata;
  const state = splitSet(set, await podsOf(cluster, namespace, podsSelector(name)));
  if (state.current.length >= state.wanted) return { ...state, refused: null };
  // The pods are made by StatefulSets, the leaders' one with the set's own name; its words are in its events only.
  const selector = `involvedObject.kind=StatefulSet,involvedObject.name=${name},reason=FailedCreate`;
  const words = (await listEvents(cluster, namespace, selector)).at(-1)?.message;
  return { ...state, refused: words ?? null };
}

/** By the revision that the controller labels pods with: its status has no observed generation to compare. */
export function splitSet(set: LeaderWorkerSet, pods: readonly V1Pod[]): Omit<WorkloadState, "refused"> {
  const wanted = podsWanted(set);
  const groups = set.spec?.replicas ?? 1;
  const born = ({ metadata }: V1Pod) => new Date(metadata?.creationTimestamp ?? 0).getTime();
  const newest = pods.toSorted((a, b) => born(a) - born(b)).at(-1);
  const isCurrent = (pod: V1Pod) =>
    newest !== undefined && revisionOf(pod) === revisionOf(newest) && pod.metadata?.deletionTimestamp === undefined;
  const current = pods.filter(isCurrent);
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0 } = set.status ?? {};
  return {
    rolledOut:
      replicas === groups && readyReplicas === groups && updatedReplicas === groups && current.length === wanted,
    current,
    old: pods.filter((pod) => !isCurrent(pod)),
    wanted,
  };
}

export function selectorOf({ spec }: V1Deployment): string {
  return Object.entries(spec?.selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/** A kind that is not served has no path that could be asked: the client says so in words of its own. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (isStatus(error, 404) || isUnknownKind(error)) return null;
    throw error;
  }
}

export function isUnknownKind(error: unknown): boolean {
  return error instanceof Error && /Unrecognized API version and kind/i.test(error.message);
}
