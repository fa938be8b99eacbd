import type { V1Deployment } from "@kubernetes/client-node";
import { labelKeys, labelValue } from "../manifests/labels.ts";
import type { Cluster } from "./connection.ts";
import { type LeaderWorkerSet, leaderWorkerSetApi, podsSelector } from "./leaderWorkerSet.ts";
import { isStatus } from "./noAnswer.ts";
import { isUnknownKind, selectorOf } from "./workloadState.ts";

/** A Deployment or LeaderWorkerSet with an engine's pods. */
export interface StandingWorkload {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Finds its pods. */
  readonly selector: string;
}

/** Those of a stack that are in the namespace, of this scenario or an earlier one; none where that is gone. */
export async function engineWorkloads(cluster: Cluster, namespace: string, stack: string): Promise<StandingWorkload[]> {
  const [deployments, sets] = await Promise.all([
    listed<V1Deployment>(cluster, "apps/v1", "Deployment", namespace, 404),
    // Whoever may not list these has none.
    listed<LeaderWorkerSet>(cluster, leaderWorkerSetApi.apiVersion, leaderWorkerSetApi.kind, namespace, 404, 403),
  ]);
  return [
    ...deployments
      .filter(({ metadata, spec }) => isOurs(stack, metadata?.labels, spec?.template.metadata?.labels))
      .map((one) => ({
        apiVersion: "apps/v1",
        kind: "Deployment",
        name: one.metadata?.name ?? "",
        selector: selectorOf(one),
      })),
    ...sets
      .filter(({ metadata, spec }) =>
        isOurs(stack, metadata.labels, spec?.leaderWorkerTemplate?.workerTemplate?.metadata?.labels),
      )
      .map(({ metadata: { name } }) => ({ ...leaderWorkerSetApi, name, selector: podsSelector(name) })),
  ];
}

/** Charts put our labels on the pods only. Without a target's name it is a gateway, whose provider would make it anew. */
function isOurs(stack: string, ...labels: readonly (Readonly<Record<string, string>> | undefined)[]): boolean {
  return labels.some(
    (one) =>
      one?.[labelKeys.component] === "engine" &&
      one[labelKeys.stack] === labelValue(stack) &&
      one[labelKeys.target] !== undefined,
  );
}

async function listed<T>(
  cluster: Cluster,
  apiVersion: string,
  kind: string,
  namespace: string,
  ...none: readonly number[]
): Promise<T[]> {
  try {
    return (await cluster.objects.list(apiVersion, kind, namespace)).items as T[];
  } catch (error) {
    if (isStatus(error, ...none) || isUnknownKind(error)) return [];
    throw error;
  }
}
