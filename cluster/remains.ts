import { setTimeout as sleep } from "node:timers/promises";
import { labelKeys, labelValue } from "../manifests/labels.ts";
import type { Cluster } from "./connection.ts";
import { isStatus } from "./noAnswer.ts";

/**
 * Waits until pods and claims of a stack have left the namespaces, and returns the names of those that have not after
 * `seconds`. Deletion is asked for and not awaited by the provider, and a pod that ends its grace still holds its GPU.
 */
export async function waitUntilGone(
  cluster: Cluster,
  namespaces: readonly string[],
  stack: string,
  { seconds, onWait }: { readonly seconds: number; readonly onWait: (left: readonly string[]) => void },
): Promise<readonly string[]> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const left = (await Promise.all(namespaces.map((namespace) => remainsIn(cluster, namespace, stack)))).flat();
    if (left.length === 0 || Date.now() > deadline) return left;
    onWait(left);
    await sleep(500);
  }
}

async function remainsIn({ core }: Cluster, namespace: string, stack: string): Promise<string[]> {
  const query = { namespace, labelSelector: `${labelKeys.stack}=${labelValue(stack)}` };
  try {
    const [pods, claims] = await Promise.all([
      core.listNamespacedPod(query),
      core.listNamespacedPersistentVolumeClaim(query),
    ]);
    return [
      ...pods.items.map(({ metadata }) => `pod ${metadata?.name}`),
      ...claims.items.map(({ metadata }) => `claim ${metadata?.name}`),
    ];
  } catch (error) {
    // Gone with its namespace, or not ours to see: the engine has deleted what it knew of.
    if (isStatus(error, 404) || isStatus(error, 403)) return [];
    throw error;
  }
}
