import type { V1ResourceRule, V1SelfSubjectRulesReview } from "@kubernetes/client-node";
import type { Cluster } from "./connection.ts";
import type { Right } from "./rights.ts";

/**
 * What the API server says at once that we may do in a namespace. What is in it is granted; what is not may be granted all
 * the same, by an authorizer that lists nothing (GKE's IAM), and has to be asked for by itself.
 */
export async function rulesIn(cluster: Cluster, namespace: string): Promise<readonly V1ResourceRule[]> {
  try {
    const review = await cluster.objects.create<V1SelfSubjectRulesReview>({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      metadata: {},
      spec: { namespace },
    });
    return review.status?.resourceRules ?? [];
  } catch {
    // Then each right is asked for by itself, and an error that lasts is told there.
    return [];
  }
}

/** By the rules of the right's own namespace. Rules of a namespace do not tell what is granted in the whole cluster. */
export function isGranted(rules: readonly V1ResourceRule[], { verb, resource, namespace }: Right): boolean {
  if (namespace === null) return false;
  const [path = "", ...rest] = resource.split(".");
  const group = rest.join(".");
  const [, subresource] = path.split("/");
  const names = ["*", path, ...(subresource === undefined ? [] : [`*/${subresource}`])];
  return rules.some(
    ({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
      resourceNames.length === 0 &&
      (verbs.includes("*") || verbs.includes(verb)) &&
      (apiGroups.includes("*") || apiGroups.includes(group)) &&
      resources.some((one) => names.includes(one)),
  );
}
