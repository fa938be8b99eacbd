import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { labelKeys } from "../manifests/labels.ts";
import { isSidecar, runningContainers } from "./enginePods.ts";

/** What a pod was; times are ISO 8601, null where it never came to that. Without its environment, which may hold secrets. */
export interface PodFacts {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** engine, model-cache, harness, ...; null: none of ours. */
  readonly component: string | null;
  /** engine, decode, prefill, router, gateway; null: it serves no requests. */
  readonly role: string | null;
  readonly node: string | null;
  readonly phase: string | null;
  readonly reason: string | null;
  readonly createdAt: string | null;
  readonly scheduledAt: string | null;
  /** When its last container began to run. */
  readonly startedAt: string | null;
  readonly readyAt: string | null;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string | null;
    readonly since: string | null;
  }[];
  readonly containers: readonly ContainerFacts[];
}

export interface ContainerFacts {
  readonly name: string;
  readonly image: string;
  /** With the digest where the image came from a registry; null: never started. */
  readonly imageId: string | null;
  readonly restarts: number;
  readonly ready: boolean;
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
  /** running, waiting or terminated; null: not seen by a kubelet. */
  readonly state: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly exitCode: number | null;
  readonly reason: string | null;
  /** How the container before this one ended; null: it is the first. */
  readonly previousEnd: {
    readonly reason: string | null;
    readonly exitCode: number;
    readonly at: string | null;
  } | null;
}

export function podFacts(pod: V1Pod, role: string | null = null): PodFacts {
  const { metadata, spec, status } = pod;
  const conditions = (status?.conditions ?? []).map(({ type, status, reason, lastTransitionTime }) => ({
    type,
    status,
    reason: reason ?? null,
    since: iso(lastTransitionTime),
  }));
  const since = (wanted: string) =>
    conditions.find(({ type, status }) => type === wanted && status === "True")?.since ?? null;
  const sidecars = (spec?.initContainers ?? []).filter(({ name }) => isSidecar(pod, name));
  const statuses = runningContainers(pod);
  const containers = [...(spec?.containers ?? []), ...sidecars].map(({ name, image, resources }) => ({
    name,
    image: image ?? "",
    requests: resources?.requests ?? {},
    limits: resources?.limits ?? {},
    ...stateOf(statuses.find((one) => one.name === name)),
  }));
  const starts = containers.flatMap(({ startedAt }) => startedAt ?? []).sort();
  return {
    name: metadata?.name ?? "",
    namespace: metadata?.namespace ?? "",
    uid: metadata?.uid ?? "",
    component: metadata?.labels?.[labelKeys.component] ?? null,
    role,
    node: spec?.nodeName ?? null,
    phase: status?.phase ?? null,
    reason: status?.reason ?? null,
    createdAt: iso(metadata?.creationTimestamp),
    scheduledAt: since("PodScheduled"),
    startedAt: starts.at(-1) ?? null,
    readyAt: since("Ready"),
    conditions,
    containers,
  };
}

function stateOf(status: V1ContainerStatus | undefined) {
  const { running, waiting, terminated } = status?.state ?? {};
  const before = status?.lastState?.terminated;
  return {
    imageId: status?.imageID || null,
    restarts: status?.restartCount ?? 0,
    ready: status?.ready ?? false,
    state: running ? "running" : waiting ? "waiting" : terminated ? "terminated" : null,
    startedAt: iso(running?.startedAt ?? terminated?.startedAt),
    finishedAt: iso(terminated?.finishedAt),
    exitCode: terminated?.exitCode ?? null,
    reason: waiting?.reason ?? terminated?.reason ?? null,
    previousEnd: before
      ? { reason: before.reason ?? null, exitCode: before.exitCode, at: iso(before.finishedAt) }
      : null,
  };
}

export function iso(time: Date | string | null | undefined): string | null {
  return time ? new Date(time).toISOString() : null;
}
