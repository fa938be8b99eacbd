import { annotation, type KubeObject, nameOf } from "./object.ts";

// await/awaiters.go, the table `awaiters`: kinds that the real provider waits for.
const awaited = new Set([
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/StatefulSet",
  "batch/v1/Job",
  "networking.k8s.io/v1/Ingress",
  "v1/PersistentVolume",
  "v1/PersistentVolumeClaim",
  "v1/Pod",
  "v1/ReplicationController",
  "v1/ResourceQuota",
  "v1/Service",
]);

// metadata/overrides.go allowsSkipAwaitWithDelete: only for these does skipAwait cover the deletion as well.
const skipsDeletion = new Set([
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/StatefulSet",
  "batch/v1/Job",
  "v1/Namespace",
  "v1/Pod",
  "v1/ReplicationController",
]);

/**
 * The product waits by itself and says skipAwait on all that the provider would wait for. Waiting here would be a second
 * truth about readiness, so whatever forgets the annotation fails. metadata/overrides.go ReadyCondition.
 */
export function refuseAwait(object: KubeObject): void {
  if (annotation(object, "pulumi.com/skipAwait") === "true") return;
  const kind = `${object.apiVersion}/${object.kind}`;
  // awaiters.go untilCoreV1SecretInitialized waits for this one type.
  const isToken = kind === "v1/Secret" && object.type === "kubernetes.io/service-account-token";
  if (awaited.has(kind) || isToken || annotation(object, "pulumi.com/waitFor") !== "")
    throw new Error(
      `the stand-in does not await: ${kind} "${nameOf(object)}" needs the annotation pulumi.com/skipAwait`,
    );
}

export function skipsDeletionAwait(object: KubeObject): boolean {
  return (
    annotation(object, "pulumi.com/skipAwait") === "true" && skipsDeletion.has(`${object.apiVersion}/${object.kind}`)
  );
}
