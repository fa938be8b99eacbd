import { isMap, type Json, type JsonObject } from "../wire/propertyValue.ts";
import type { KubeObject } from "./object.ts";

const labelSelector = [".matchExpressions", ".matchLabels"].map((part) => `.spec.selector${part}`);
const workloadSelector = [".spec.selector", ...labelSelector];
const containerFields = [
  ..."args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources".split(" "),
  ..."securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices".split(" "),
  ..."volumeMounts workingDir".split(" "),
];
const podFields = [
  ..."affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC".split(" "),
  ..."hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy".split(" "),
  ..."priority priorityClassName readinessGates restartPolicy runtimeClassName schedulerName".split(" "),
  ..."securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain".split(" "),
  ..."terminationGracePeriodSeconds volumes".split(" "),
];

// provider/pkg/provider/diff.go: the tables `forceNew`, `core`, `job`, `deployment`, `statefulSet`, ...
const fields: Readonly<Record<string, readonly string[]>> = {
  "apps/v1/DaemonSet": workloadSelector,
  "apps/v1/Deployment": workloadSelector,
  "apps/v1/StatefulSet": [
    ".spec.podManagementPolicy",
    ".spec.revisionHistoryLimit",
    ".spec.serviceName",
    ".spec.volumeClaimTemplates",
    ...workloadSelector,
  ],
  "batch/v1/Job": [".spec.completions", ".spec.parallelism", ".spec.template", ...workloadSelector],
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": [".roleRef"],
  "rbac.authorization.k8s.io/v1/RoleBinding": [".roleRef"],
  "storage.k8s.io/v1/StorageClass": [".parameters", ".provisioner"],
  "v1/PersistentVolumeClaim": [".spec.accessModes", ".spec.storageClassName", ".spec.volumeName", ...workloadSelector],
  "v1/Pod": [
    ...podFields.map((field) => `.spec.${field}`),
    ...containerFields.flatMap((field) => [`.spec.containers[*].${field}`, `.spec.initContainers[*].${field}`]),
  ],
  "v1/ResourceQuota": [".spec.scopes"],
  "v1/Service": [".spec.clusterIP"],
};

/** Fields whose change replaces the object. diff.go forceNewProperties; mutable Secrets and ConfigMaps are options. */
export function forceNewFields(
  object: KubeObject,
  mutable: { readonly configMaps: boolean; readonly secrets: boolean },
): readonly string[] {
  const always = [".metadata.name", ".metadata.namespace"];
  const kind = `${object.apiVersion}/${object.kind}`;
  if (kind === "v1/Secret")
    return mutable.secrets && object.immutable !== true
      ? [...always, ".type"]
      : [...always, ".type", ".stringData", ".data"];
  if (kind === "v1/ConfigMap")
    return mutable.configMaps && object.immutable !== true ? always : [...always, ".binaryData", ".data"];
  return [...always, ...(fields[kind] ?? [])];
}

/**
 * Whether a change of `value` at `path` touches the field. provider.go addPatchValueToDiff: the change is wrapped in its
 * path (makePatchSlice) and searched for the field (openapi/match.go), so a field matches from above and from below.
 */
export function touches(path: readonly (string | number)[], value: Json | undefined, field: string): boolean {
  const wanted = field.split(/[.[]/).filter((part) => part !== "");
  for (const [index, part] of wanted.entries()) {
    if (index >= path.length) return holds(value ?? null, wanted.slice(index));
    if (part === "*]" ? typeof path[index] !== "number" : path[index] !== part) return false;
  }
  return true;
}

function holds(value: Json, wanted: readonly string[]): boolean {
  const [part, ...rest] = wanted;
  if (part === undefined) return true;
  if (part === "*]") return Array.isArray(value) && value.some((item) => holds(item, rest));
  return isMap(value) && part in value && holds((value as JsonObject)[part] as Json, rest);
}
