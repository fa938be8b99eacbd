import type { CoreV1Event, V1Node, V1Pod } from "@kubernetes/client-node";
import { diagnoseContainers } from "./containerDiagnosis.ts";
import { type Diagnosis, eventTime, fatal, patient } from "./diagnosis.ts";
import { diagnoseScheduling } from "./schedulingDiagnosis.ts";
import { diagnoseVolumes } from "./volumeDiagnosis.ts";

/**
 * null: nothing is wrong so far. `events`: of the pod and of its claims, at best all that are left of them; `nodes`: of
 * the cluster, null where we may not list them.
 */
export function diagnosePod(
  pod: V1Pod,
  events: readonly CoreV1Event[],
  nodes: readonly V1Node[] | null,
): Diagnosis | null {
  return (
    lost(pod) ??
    (pod.spec?.nodeName ? null : diagnoseScheduling(pod, events, nodes)) ??
    diagnoseContainers(pod, events) ??
    diagnoseVolumes(pod, events) ??
    nodeGone(pod, nodes)
  );
}

export type PodPhase = "scheduling" | "pulling" | "creating" | "starting" | "ready" | "ended";

/** How far a pod is, when nothing is wrong with it. */
export function podPhase(pod: V1Pod, events: readonly CoreV1Event[]): PodPhase {
  if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") return "ended";
  if (!pod.spec?.nodeName) return "scheduling";
  if (pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True")) return "ready";
  if (pod.status?.phase === "Running") return "starting";
  const pull = events
    .filter(({ involvedObject, reason }) => involvedObject.kind === "Pod" && /^Pull(ing|ed)$/.test(reason ?? ""))
    .sort((a, b) => eventTime(a) - eventTime(b))
    .at(-1);
  return pull?.reason === "Pulling" ? "pulling" : "creating";
}

/** Ended from outside: by the kubelet, the scheduler or whoever drains the node. */
function lost(pod: V1Pod): Diagnosis | null {
  const { reason, message, phase, conditions } = pod.status ?? {};
  const disrupted = conditions?.find(({ type, status }) => type === "DisruptionTarget" && status === "True");
  const words = (message ?? disrupted?.message ?? "").trim();
  const where = pod.spec?.nodeName ? ` on node ${pod.spec.nodeName}` : "";
  if (phase === "Failed" && reason === "Evicted") {
    return { ...fatal, state: "lost", message: `was evicted${where}: ${words}`, next: nextAfterEviction(words) };
  }
  if (phase === "Failed" && reason === "DeadlineExceeded") {
    return {
      ...fatal,
      state: "lost",
      message: `ran into its deadline${where}: ${words}`,
      next: "raise the time limit",
    };
  }
  if (phase === "Failed" && reason) {
    return {
      ...fatal,
      state: "lost",
      message: `was ended${where} by the cluster (${reason}): ${words || "no more was said"}`,
      next: "look at the node: kubectl describe node; then run again",
    };
  }
  if (disrupted) {
    return {
      ...fatal,
      state: "lost",
      message: `is taken away${where} (${disrupted.reason}): ${words || "no more was said"}`,
      next: "use nodes that are not drained, preempted or spot during a run; then run again",
    };
  }
  return null;
}

function nextAfterEviction(words: string): string {
  if (/EmptyDir|ephemeral/i.test(words)) return "raise the size limit of the volume that is named, or write less to it";
  return "the node ran short of what is named: use a node with more of it, or ask for it in the pod's requests";
}

function nodeGone(pod: V1Pod, nodes: readonly V1Node[] | null): Diagnosis | null {
  const name = pod.spec?.nodeName;
  if (!name || nodes === null) return null;
  const node = nodes.find(({ metadata }) => metadata?.name === name);
  const ready = node?.status?.conditions?.find(({ type }) => type === "Ready");
  if (node && ready?.status === "True") return null;
  return {
    ...patient(300),
    state: "lost",
    message: node
      ? `is on node ${name}, which is not ready: ${ready?.message ?? "it has told nothing"}`
      : `is on node ${name}, which is not in the cluster any more`,
    next: "look at the node: kubectl describe node; a spot node may have been taken back",
  };
}
