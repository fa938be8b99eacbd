import type { V1Deployment, V1Pod } from "@kubernetes/client-node";

/**
 * Pods of a Deployment's current template, and the others, which must be gone before an engine counts as ready: a request
 * to an old pod would measure the old engine. Without reading ReplicaSets (a right more): the pods of the template that
 * was last rolled out are those whose hash the newest pod has, once the controller counts one as updated.
 */
export function splitPods(deployment: V1Deployment, pods: readonly V1Pod[]): { current: V1Pod[]; old: V1Pod[] } {
  const hash = (pod: V1Pod) => pod.metadata?.labels?.["pod-template-hash"];
  const born = (pod: V1Pod) => new Date(pod.metadata?.creationTimestamp ?? 0).getTime();
  const newest = pods.toSorted((a, b) => born(a) - born(b)).at(-1);
  if (newest === undefined || !isObserved(deployment) || (deployment.status?.updatedReplicas ?? 0) === 0) {
    return { current: [], old: [...pods] };
  }
  // A failed pod (evicted) stays in the list beside the one that replaced it.
  const counts = (pod: V1Pod) =>
    hash(pod) === hash(newest) && pod.metadata?.deletionTimestamp === undefined && pod.status?.phase !== "Failed";
  const current = pods.filter(counts);
  const failed = pods.filter((pod) => hash(pod) === hash(newest) && pod.status?.phase === "Failed");
  return {
    current: current.length > 0 ? current : failed,
    old: pods.filter((pod) => !counts(pod) && !failed.includes(pod)),
  };
}

/** Has the controller seen the last change of the spec? Until then its counts are of the template before. */
export function isObserved({ metadata, status }: V1Deployment): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
}

/** All replicas are of the current template and ready, and none but them is there. */
export function isRolledOut(deployment: V1Deployment): boolean {
  const { status, spec } = deployment;
  const wanted = spec?.replicas ?? 1;
  return (
    isObserved(deployment) &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.readyReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted
  );
}

/** Why it gets no pods, in the API server's words; null: it does. */
export function refusedPods({ status }: V1Deployment): string | null {
  const failure = status?.conditions?.find((one) => one.type === "ReplicaFailure" && one.status === "True");
  return failure?.message ?? null;
}
