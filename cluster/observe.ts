import type { CoreV1Event, V1Node, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./connection.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { isStatus } from "./noAnswer.ts";

export async function podsOf(cluster: Cluster, namespace: string, labelSelector: string): Promise<V1Pod[]> {
  return (await cluster.core.listNamespacedPod({ namespace, labelSelector })).items;
}

/** Events of a pod and, while it has no node, of the claims that it waits for; empty where we may not see events. */
export async function eventsOf(cluster: Cluster, pod: V1Pod): Promise<CoreV1Event[]> {
  const namespace = pod.metadata?.namespace ?? "";
  const claims = pod.spec?.nodeName
    ? []
    : (pod.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  const selectors = [
    `involvedObject.uid=${pod.metadata?.uid}`,
    ...claims.map((name) => `involvedObject.kind=PersistentVolumeClaim,involvedObject.name=${name}`),
  ];
  const lists = await Promise.all(selectors.map((selector) => listEvents(cluster, namespace, selector)));
  return lists.flat();
}

export async function listEvents(cluster: Cluster, namespace: string, fieldSelector: string): Promise<CoreV1Event[]> {
  try {
    return (await cluster.core.listNamespacedEvent({ namespace, fieldSelector })).items;
  } catch (error) {
    if (isStatus(error, 403)) return [];
    throw error;
  }
}

const nodesFreshMs = 15_000;

/** Nodes of the cluster, asked for every 15 s at most: a large cluster's list is megabytes. */
export class NodeCache {
  readonly #cluster: Cluster;
  #nodes: V1Node[] | null = null;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** null: we may not list nodes, as is usual for a user of one namespace. */
  async list(): Promise<V1Node[] | null> {
    if (Date.now() - this.#readAt < nodesFreshMs) return this.#nodes;
    try {
      this.#nodes = (await this.#cluster.core.listNode()).items;
    } catch (error) {
      if (!isStatus(error, 403)) throw error;
      this.#nodes = null;
    }
    this.#readAt = Date.now();
    return this.#nodes;
  }
}

/** Since when a diagnosis stands: some faults are fatal only when they last. */
export class Standing {
  #key: string | null = null;
  #since = 0;

  /** true: it is time to give up. `null` is good news and starts the time anew. */
  isFatal(diagnosis: Diagnosis | null, now = Date.now()): boolean {
    // Counts in a message go up while the fault stays the same.
    const key = diagnosis && `${diagnosis.state} ${diagnosis.message.replace(/\d+/g, "#")}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#since = now;
    }
    if (diagnosis === null) return false;
    if (diagnosis.fatal) return true;
    return diagnosis.patienceSeconds !== null && now - this.#since >= diagnosis.patienceSeconds * 1000;
  }
}
