import type { V1Deployment } from "@kubernetes/client-node";
import { labelKeys, labelValue } from "../manifests/labels.ts";
import type { Cluster } from "./connection.ts";
import { isStatus } from "./noAnswer.ts";

/** Deployments of a stack's engines that are in the namespace, of this scenario or an earlier one; none where that is gone. */
export async function engineDeployments(cluster: Cluster, namespace: string, stack: string): Promise<V1Deployment[]> {
  const labelSelector = `${labelKeys.component}=engine,${labelKeys.stack}=${labelValue(stack)}`;
  try {
    const { items } = await cluster.objects.list<V1Deployment>(
      "apps/v1",
      "Deployment",
      namespace,
      undefined,
      undefined,
      undefined,
      undefined,
      labelSelector,
    );
    return items;
  } catch (error) {
    if (isStatus(error, 404)) return [];
    throw error;
  }
}
