import type { V1SelfSubjectAccessReview } from "@kubernetes/client-node";
import { isRelease, type KubernetesObject } from "../manifests/kubernetesObject.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Cluster } from "./connection.ts";
import { releaseRights } from "./releaseRights.ts";
import { isGranted, rulesIn } from "./rulesReview.ts";

/** One thing that somebody may do; `namespace` null: in the whole cluster. */
export interface Right {
  readonly verb: string;
  /** e.g. "pods", "pods/log", "deployments.apps". */
  readonly resource: string;
  readonly namespace: string | null;
}

/** Kinds whose name in a path is not their own in lower case with an s. */
const plurals: Readonly<Record<string, string>> = { NetworkPolicy: "networkpolicies", Endpoints: "endpoints" };
const clusterScoped = ["Namespace", "ClusterRole", "ClusterRoleBinding", "StorageClass", "CustomResourceDefinition"];

/** What `up` needs to apply objects, to wait for them and to collect. */
export function rightsFor(objects: readonly KubernetesObject[], scenario: Scenario): Right[] {
  const rights = new Map<string, Right>();
  const add = (verb: string, resource: string, namespace: string | null) =>
    rights.set(`${verb} ${resource} ${namespace}`, { verb, resource, namespace });
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object;
    if (isRelease(object)) {
      for (const { verb, resource, namespace } of releaseRights(object)) add(verb, resource, namespace);
      continue;
    }
    if (!kind) continue;
    const group = apiVersion?.includes("/") ? apiVersion.split("/")[0] : "";
    const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
    const namespace = clusterScoped.includes(kind)
      ? null
      : (metadata?.namespace ?? scenario.cluster?.namespace ?? null);
    // patch: objects are applied server-side.
    for (const verb of ["get", "create", "patch", "delete"])
      add(verb, group ? `${plural}.${group}` : plural, namespace);
  }
  for (const namespace of new Set([scenario.cluster?.namespace, scenario.harness.namespace])) {
    if (namespace === undefined) continue;
    add("list", "pods", namespace);
    add("get", "pods/log", namespace);
    add("list", "events", namespace);
  }
  add("list", "jobs.batch", scenario.harness.namespace);
  add("create", "pods", scenario.harness.namespace);
  add("delete", "pods", scenario.harness.namespace);
  // From Kubernetes 1.35 on, exec over a websocket needs create as well as get.
  add("create", "pods/exec", scenario.harness.namespace);
  add("get", "pods/exec", scenario.harness.namespace);
  return [...rights.values()];
}

/** Those of the rights that we have not, asked of the API server itself. */
export async function missingRights(cluster: Cluster, rights: readonly Right[]): Promise<Right[]> {
  const namespaces = new Set(rights.flatMap(({ namespace }) => namespace ?? []));
  const rules = new Map(
    await Promise.all([...namespaces].map(async (one) => [one, await rulesIn(cluster, one)] as const)),
  );
  const missing: Right[] = [];
  // One question for a namespace instead of a hundred, which cost a third of a second; the rest one by one.
  const left = rights.filter((right) => !isGranted(rules.get(right.namespace ?? "") ?? [], right));
  // A few at a time: API servers limit how many requests of one user they take at once.
  const worker = async () => {
    for (let right = left.shift(); right !== undefined; right = left.shift()) {
      if (!(await isAllowed(cluster, right))) missing.push(right);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return missing.toSorted((a, b) => rights.indexOf(a) - rights.indexOf(b));
}

async function isAllowed(cluster: Cluster, { verb, resource, namespace }: Right): Promise<boolean> {
  const [path = "", ...group] = resource.split(".");
  const [name, subresource] = path.split("/");
  const review = await cluster.objects.create<V1SelfSubjectAccessReview>({
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    metadata: {},
    spec: {
      resourceAttributes: {
        verb,
        resource: name ?? "",
        group: group.join("."),
        ...(subresource === undefined ? {} : { subresource }),
        ...(namespace === null ? {} : { namespace }),
      },
    },
  });
  return review.status?.allowed === true;
}
