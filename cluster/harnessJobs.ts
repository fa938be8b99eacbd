import { labelKeys, labelValue } from "../manifests/labels.ts";
import type { Cluster } from "./connection.ts";
import { isStatus } from "./noAnswer.ts";

/** Names of a stack's harness Jobs that are in the namespace, whatever their state; empty where that is gone or not ours. */
export async function harnessJobs(cluster: Cluster, namespace: string, stack: string): Promise<ReadonlySet<string>> {
  const labelSelector = `${labelKeys.stack}=${labelValue(stack)},${labelKeys.component}=harness`;
  try {
    const { items } = await cluster.batch.listNamespacedJob({ namespace, labelSelector });
    return new Set(items.map(({ metadata }) => metadata?.name ?? ""));
  } catch (error) {
    if (isStatus(error, 404, 403)) return new Set();
    throw error;
  }
}
