import type { Measured, StageAnalysis } from "../analysis.ts";
import { absent, quotient, total } from "../server/measuredParts.ts";
import type { PodServer } from "../server/serverMetrics.ts";
import { shareOf } from "./groupShares.ts";

/** How a router divided a system's work among its pods, all loads together, by the pods' own counters. */
export interface PodShares {
  /** Why there are none; null: there are. */
  readonly reason: string | null;
  /** Pods of one role; a single one where roles are not known. */
  readonly roles: readonly RoleShares[];
  /**
   * Requests that prefill pods ended, over those that decode pods did, 0..1: how many prompts were read elsewhere. null where
   * there are not both.
   */
  readonly prefilled: Measured;
}

export interface RoleShares {
  readonly role: PodServer["role"];
  readonly pods: readonly PodShare[];
  /** Most requests of a pod over their mean: 1 is even, the number of pods is all on one. */
  readonly evenness: Measured;
}

/** Shares are of all pods of the role, 0..1. */
export interface PodShare {
  readonly pod: string;
  readonly requests: Measured;
  readonly promptTokens: Measured;
  readonly outputTokens: Measured;
  /** Prompt tokens found in this pod's own prefix cache over those looked up: what a router that knows prefixes raises. */
  readonly prefixCacheHitRate: Measured;
}

type Counted = "requests" | "promptTokens" | "outputTokens" | "prefixHits" | "prefixQueries";

/** null: there is one pod, or none told of itself. */
export function podShares(stages: readonly StageAnalysis[]): PodShares | null {
  const byPod = new Map<string, PodServer[]>();
  for (const pod of stages.flatMap(({ server }) => server?.perPod ?? []))
    byPod.set(pod.pod, [...(byPod.get(pod.pod) ?? []), pod]);
  const atOnce = Math.max(0, ...stages.map(({ server }) => server?.pods ?? 0));
  if (byPod.size < 2 || atOnce < 2) return null;
  if (byPod.size > atOnce) {
    const reason = `${byPod.size} addresses told of ${atOnce} pods: they were replaced between the runs`;
    return { reason, roles: [], prefilled: absent(reason) };
  }
  const pods = [...byPod].sort(([a], [b]) => (a < b ? -1 : 1)).map(([pod, parts]) => summed(pod, parts));
  const roles = (["prefill", "decode", null] as const).flatMap((role) => {
    const own = pods.filter((pod) => pod.role === role);
    return own.length === 0 ? [] : [roleShares(role, own)];
  });
  return { reason: null, roles, prefilled: prefilledShare(pods) };
}

function summed(pod: string, parts: readonly PodServer[]): PodServer {
  const sum = (key: Counted) =>
    total(
      parts.map((part) => part[key]),
      "it told nothing",
    );
  return {
    pod,
    role: parts[0]?.role ?? null,
    requests: sum("requests"),
    promptTokens: sum("promptTokens"),
    outputTokens: sum("outputTokens"),
    prefixHits: sum("prefixHits"),
    prefixQueries: sum("prefixQueries"),
  };
}

function roleShares(role: PodServer["role"], pods: readonly PodServer[]): RoleShares {
  const share = (key: Counted, i: number) =>
    shareOf(
      pods.map((pod) => pod[key]),
      i,
    );
  const shares = pods.map((_, i) => share("requests", i));
  const missing = shares.find(({ value }) => value === null);
  return {
    role,
    pods: pods.map(({ pod, prefixHits, prefixQueries }, i) => ({
      pod,
      requests: share("requests", i),
      promptTokens: share("promptTokens", i),
      outputTokens: share("outputTokens", i),
      prefixCacheHitRate: quotient(prefixHits, prefixQueries, "nothing was looked up in its prefix cache"),
    })),
    evenness: missing ?? { value: Math.max(...shares.map(({ value }) => value as number)) * pods.length },
  };
}

function prefilledShare(pods: readonly PodServer[]): Measured {
  const ended = (role: PodServer["role"]) =>
    total(
      pods.filter((pod) => pod.role === role).map(({ requests }) => requests),
      "no pod of this role is known",
    );
  const without = (["prefill", "decode"] as const).find((role) => pods.every((pod) => pod.role !== role));
  if (without !== undefined) return absent(`no ${without} pod is known`);
  return quotient(ended("prefill"), ended("decode"), "decode pods ended no request");
}
