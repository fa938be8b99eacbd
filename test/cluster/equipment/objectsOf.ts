import type { KubernetesObject } from "@kubernetes/client-node";
import type { ClusterCheckout } from "./clusterCheckout.ts";

/** Objects of one kind in a checkout's namespace, sorted by name; none where the namespace is not there. */
export function objectsOf<T extends KubernetesObject>(checkout: ClusterCheckout, kind: string, selector = ""): T[] {
  const { items } = JSON.parse(checkout.kubectl("get", kind, "--selector", selector, "--output", "json")) as {
    items: T[];
  };
  return items.sort((a, b) => (a.metadata?.name ?? "").localeCompare(b.metadata?.name ?? ""));
}

/** Name -> uid: whether an object is still the same one. */
export function uidsOf(checkout: ClusterCheckout, kind: string, selector = ""): Record<string, string> {
  const objects = objectsOf(checkout, kind, selector);
  return Object.fromEntries(objects.map(({ metadata }) => [metadata?.name, metadata?.uid])) as Record<string, string>;
}

export const engines = "app.kubernetes.io/component=engine";
export const harnesses = "app.kubernetes.io/component=harness";
