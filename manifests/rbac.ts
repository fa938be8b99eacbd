import type { V1PolicyRule, V1Role, V1RoleBinding } from "@kubernetes/client-node";
import type { Scenario } from "../scenario/scenario.ts";
import type { KubernetesObject } from "./kubernetesObject.ts";
import { labels } from "./labels.ts";
import { collectorServiceAccount } from "./names.ts";
import { harnessNamespace, namespacesOf } from "./namespaces.ts";

/** To see how an engine or a run is getting on. Neither Secrets nor ConfigMaps: nobody needs those to wait. */
const watching: readonly V1PolicyRule[] = [
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  { apiGroups: [""], resources: ["events", "persistentvolumeclaims", "services"], verbs: ["get", "list"] },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["apps"], resources: ["deployments", "replicasets"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list"] },
];

/** The same for llm-d: its pods may be in sets, and what leads to them is a Gateway and a pool. */
const watchingLlmd: readonly V1PolicyRule[] = [
  { apiGroups: ["leaderworkerset.x-k8s.io"], resources: ["leaderworkersets"], verbs: ["get", "list"] },
  { apiGroups: ["inference.networking.k8s.io"], resources: ["inferencepools"], verbs: ["get"] },
  { apiGroups: ["gateway.networking.k8s.io"], resources: ["gateways"], verbs: ["get", "list"] },
];

/** Beside the results claim: the reader pod that gives out files, and Jobs that are not wanted any more. */
const collecting: readonly V1PolicyRule[] = [
  { apiGroups: [""], resources: ["pods"], verbs: ["create", "delete"] },
  // exec over a websocket begins with a GET; older servers ask for "get", newer ones for "create".
  { apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"] },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["delete"] },
];

/** Role and binding of the collector in each namespace, with no more rights than are needed there. */
export function collectorRoles(scenario: Scenario): KubernetesObject[] {
  const home = harnessNamespace(scenario);
  const hasLlmd = scenario.targets.some(({ method }) => method === "llm-d");
  return namespacesOf(scenario).flatMap((namespace) => {
    const metadata = { name: collectorServiceAccount, namespace, labels: labels(scenario, "workspace") };
    const role: V1Role = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata,
      rules: [...watching, ...(hasLlmd ? watchingLlmd : []), ...(namespace === home ? collecting : [])],
    };
    const binding: V1RoleBinding = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: collectorServiceAccount },
      subjects: [{ kind: "ServiceAccount", name: collectorServiceAccount, namespace: home }],
    };
    return [role, binding];
  });
}
