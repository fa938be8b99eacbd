import type { KubernetesObject } from "@kubernetes/client-node";
import type { ClusterCheckout } from "./clusterCheckout.ts";

/** Kinds that tests ask for, and where the API server has them. */
const roots = {
  pods: "/api/v1",
  secrets: "/api/v1",
  services: "/api/v1",
  configmaps: "/api/v1",
  persistentvolumeclaims: "/api/v1",
  deployments: "/apis/apps/v1",
  jobs: "/apis/batch/v1",
} as const;

export type Kind = keyof typeof roots;

/**
 * Objects of one kind or several in a checkout's namespace, sorted by name; none where the namespace is not there. Asked
 * in this process: a kubectl costs a tenth of a second of CPU, and loops ask by the second.
 */
export async function objectsOf<T extends KubernetesObject>(
  checkout: ClusterCheckout,
  kinds: Kind | readonly Kind[],
  selector = "",
): Promise<T[]> {
  const items: T[] = [];
  for (const kind of [kinds].flat() as Kind[]) {
    const path = `${roots[kind]}/namespaces/${checkout.namespace}/${kind}?labelSelector=${encodeURIComponent(selector)}`;
    items.push(...(await checkout.server.get<{ items: T[] }>(path)).items);
  }
  return items.sort((a, b) => (a.metadata?.name ?? "").localeCompare(b.metadata?.name ?? ""));
}

/** Name -> uid: whether an object is still the same one. */
export async function uidsOf(
  checkout: ClusterCheckout,
  kinds: Kind | readonly Kind[],
  selector = "",
): Promise<Record<string, string>> {
  const objects = await objectsOf(checkout, kinds, selector);
  return Object.fromEntries(objects.map(({ metadata }) => [metadata?.name, metadata?.uid])) as Record<string, string>;
}

export const engines = "app.kubernetes.io/component=engine";
export const harnesses = "app.kubernetes.io/component=harness";
