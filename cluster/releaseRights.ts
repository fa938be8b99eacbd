import type { HelmRelease } from "../manifests/kubernetesObject.ts";
import type { Right } from "./rights.ts";

const core = ["services", "serviceaccounts", "configmaps"];
const router = [
  ...["deployments.apps", "roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io"],
  "inferencepools.inference.networking.k8s.io",
];

/** What the objects of a chart are, by a part of its name: a chart is rendered only when it is installed. */
const kinds: readonly (readonly [part: string, resources: readonly string[]])[] = [
  ["modelservice", [...core, "deployments.apps"]],
  ["infra", [...core, "gateways.gateway.networking.k8s.io"]],
  ["inferencepool", [...core, ...router]],
  ["router-gateway", [...core, ...router]],
  ["standalone", [...core, ...router.filter((name) => !name.startsWith("inferencepools"))]],
];

/** Helm keeps its records as Secrets and applies a chart's objects itself. */
export function releaseRights({ metadata, spec }: HelmRelease): Right[] {
  const { namespace } = metadata;
  const chart = spec.chart.split("/").at(-1) ?? "";
  const resources = kinds.find(([part]) => chart.includes(part))?.[1] ?? core;
  const records = ["get", "list", "create", "update", "delete"].map((verb) => ({
    verb,
    resource: "secrets",
    namespace,
  }));
  const multinode = spec.values.multinode === true ? ["leaderworkersets.leaderworkerset.x-k8s.io"] : [];
  const objects = [...resources, ...multinode].flatMap((resource) =>
    ["get", "create", "patch", "delete"].map((verb) => ({ verb, resource, namespace })),
  );
  return [...records, ...objects];
}
