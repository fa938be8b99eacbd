// provider/pkg/kinds/kinds.go: KnownGroupVersions, the built-in ones; what is not among them is a custom resource.
const builtInGroups = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "autoscaling",
  "batch",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
]);

// kinds.go Kind.Namespaced: those known to have no namespace; of admission policies it asks the API server, with the same answer.
const clusterScoped = new Set([
  "APIService",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "IngressClass",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
]);

export function isBuiltIn(apiVersion: string): boolean {
  return builtInGroups.has(apiVersion.includes("/") ? (apiVersion.split("/")[0] as string) : "");
}

/** Null: only the API server knows. clients/clients.go IsNamespacedKind looks into the table before it asks. */
export function isNamespaced(apiVersion: string, kind: string): boolean | null {
  return isBuiltIn(apiVersion) ? !clusterScoped.has(kind) : null;
}

/** What this stand-in cannot do as the real provider would: said at once, instead of doing something else. */
export function refuseUnknown(urn: string, type: string, apiVersion: string, kind: string): void {
  const unknown = (what: string) => new Error(`the stand-in does not know ${what} (${urn})`);
  if (
    type.startsWith("kubernetes:helm") ||
    type.startsWith("kubernetes:yaml") ||
    type.startsWith("kubernetes:kustomize")
  )
    throw unknown(type);
  // kinds.go IsPatchResource, IsListURN.
  if (/Patch$/.test(type)) throw unknown("Patch resources");
  if (/List$/.test(type)) throw unknown("list resources");
  if (apiVersion.startsWith("apiextensions.k8s.io/") && !isDefinition(apiVersion, kind))
    throw unknown(`${apiVersion} ${kind}`);
}

// clients/clients.go IsCRD.
export function isDefinition(apiVersion: string, kind: string): boolean {
  return kind === "CustomResourceDefinition" && apiVersion === "apiextensions.k8s.io/v1";
}
