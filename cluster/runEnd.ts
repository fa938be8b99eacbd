import type { V1Job, V1Pod } from "@kubernetes/client-node";
import { diagnosePod } from "./podDiagnosis.ts";

/** How a run in the cluster ended. */
export interface RunEnd {
  /** deadline: the Job's time was up. podLost: deleted, evicted, or its node is gone, in the middle of the run. */
  readonly outcome: "succeeded" | "failed" | "deadline" | "podLost";
  /** null: nobody saw the program's end. */
  readonly exitCode: number | null;
  /** null: it succeeded. */
  readonly reason: string | null;
  readonly pod: RunPod | null;
  /** Of the harness's container, ISO 8601; null where it was not seen. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly log: string;
}

export interface RunPod {
  readonly name: string;
  readonly uid: string;
  readonly node: string | null;
  readonly image: string | null;
  /** With its digest, as the kubelet has it. */
  readonly imageId: string | null;
}

/** The newest pod; null: there is none. */
export function runPod(pods: readonly V1Pod[]): V1Pod | null {
  const born = (pod: V1Pod) => new Date(pod.metadata?.creationTimestamp ?? 0).getTime();
  return pods.toSorted((a, b) => born(a) - born(b)).at(-1) ?? null;
}

/** From the Job (null: deleted) and its pod as it was seen last. */
export function runEnd(job: V1Job | null, pod: V1Pod | null, log: string): RunEnd {
  const status = pod?.status?.containerStatuses?.[0];
  const terminated = status?.state?.terminated;
  const conditions = job?.status?.conditions?.filter((one) => one.status === "True") ?? [];
  const failed =
    conditions.find(({ type }) => type === "Failed") ?? conditions.find(({ type }) => type === "FailureTarget");
  // The pod's word comes first: the Job's follows a second or two later.
  const succeeded =
    conditions.some(({ type }) => type === "Complete") ||
    (pod?.status?.phase === "Succeeded" && pod.metadata?.deletionTimestamp === undefined);
  const diagnosis = pod && diagnosePod(pod, [], null);
  const base = {
    exitCode: terminated?.exitCode ?? null,
    pod: pod && {
      name: pod.metadata?.name ?? "",
      uid: pod.metadata?.uid ?? "",
      node: pod.spec?.nodeName ?? null,
      image: status?.image ?? pod.spec?.containers[0]?.image ?? null,
      imageId: status?.imageID || null,
    },
    startedAt: iso(terminated?.startedAt ?? status?.state?.running?.startedAt),
    endedAt: iso(terminated?.finishedAt),
    log,
  };
  if (succeeded) return { ...base, outcome: "succeeded", exitCode: base.exitCode ?? 0, reason: null };
  if (failed?.reason === "DeadlineExceeded") {
    return {
      ...base,
      outcome: "deadline",
      reason: "the Job ran into its deadline (harnessSettings.waitTimeoutSeconds)",
    };
  }
  if (diagnosis?.state === "lost") return { ...base, outcome: "podLost", reason: `its pod ${diagnosis.message}` };
  if (terminated === undefined || pod?.metadata?.deletionTimestamp !== undefined) {
    return {
      ...base,
      outcome: "podLost",
      reason: "its pod was deleted, or its node is gone, before the run had ended",
    };
  }
  return {
    ...base,
    outcome: "failed",
    reason: diagnosis ? `its pod ${diagnosis.message}` : (failed?.message ?? `exit code ${terminated.exitCode}`),
  };
}

function iso(time: Date | string | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
