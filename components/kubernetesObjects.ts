import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { isRelease, type KubernetesObject } from "../manifests/kubernetesObject.ts";
import { declareRelease } from "./helmRelease.ts";

/** Secret name -> key -> value. Manifests never hold the data of a Secret; it joins here and goes nowhere else. */
export type SecretData = Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>;

interface Declaration {
  readonly secretData?: SecretData;
  readonly dependsOn?: pulumi.Input<pulumi.Resource>[];
  /** Its end takes these objects along, so that they need no deletion of their own. */
  readonly deletedWith?: pulumi.Resource | undefined;
  /** For what holds a GPU, a volume or the right to send load: the old one goes before the new one comes. */
  readonly deleteBeforeReplace?: boolean;
}

type ResourceClass = new (name: string, args: object, options: object) => pulumi.CustomResource;

const classes = {
  "v1/Namespace": k8s.core.v1.Namespace,
  "v1/ServiceAccount": k8s.core.v1.ServiceAccount,
  "v1/ConfigMap": k8s.core.v1.ConfigMap,
  "v1/Secret": k8s.core.v1.Secret,
  "v1/Service": k8s.core.v1.Service,
  "v1/PersistentVolumeClaim": k8s.core.v1.PersistentVolumeClaim,
  "apps/v1/Deployment": k8s.apps.v1.Deployment,
  "batch/v1/Job": k8s.batch.v1.Job,
  "rbac.authorization.k8s.io/v1/Role": k8s.rbac.v1.Role,
  "rbac.authorization.k8s.io/v1/RoleBinding": k8s.rbac.v1.RoleBinding,
} as unknown as Readonly<Record<string, ResourceClass | undefined>>;

/** Has pods, which mount other objects: it comes after them. */
export function runsPods(object: KubernetesObject): boolean {
  return object.kind === "Deployment" || object.kind === "Job" || isRelease(object);
}

/**
 * Declares the objects of one component, as the builders made them. The URN of each is component, kind and position, so
 * that an object whose name holds a hash is replaced, not forgotten and made anew.
 */
export function declareObjects(
  parent: pulumi.ComponentResource,
  name: string,
  objects: readonly KubernetesObject[],
  { secretData = {}, dependsOn = [], ...options }: Declaration = {},
): pulumi.CustomResource[] {
  const seen = new Map<string, number>();
  const made: pulumi.CustomResource[] = [];
  for (const object of objects) {
    const kind = (object.kind as string).toLowerCase();
    const number = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, number);
    const suffix = number === 1 ? kind : `${kind}-${number}`;
    if (isRelease(object)) {
      made.push(
        declareRelease(`${name}-${object.metadata.name}`, object, { parent, dependsOn: [...dependsOn, ...made] }),
      );
      continue;
    }
    // Whatever is not a core kind (Route, PodMonitor) is a custom resource to the provider.
    const Class =
      classes[`${object.apiVersion}/${object.kind}`] ?? (k8s.apiextensions.CustomResource as unknown as ResourceClass);
    const data = object.kind === "Secret" ? secretData[object.metadata?.name as string] : undefined;
    // A pod that comes before what it mounts starts with failed mounts, and is held back by the kubelet for a while.
    const mounts = runsPods(object) ? made : [];
    made.push(
      new Class(
        `${name}-${suffix}`,
        { ...object, metadata: ours(object), ...(data === undefined ? {} : { stringData: data }) },
        { parent, ...options, dependsOn: [...dependsOn, ...mounts] },
      ),
    );
  }
  return made;
}

/**
 * Waiting is ours: the provider's does not stop at ImagePullBackOff, is re-armed by every event, and waits for the end
 * of a claim that binds with its first pod (pulumi-kubernetes#895, #842). Only a namespace's deletion is left to it:
 * skipping that too would let `destroy` end before the namespace has.
 */
function ours(object: KubernetesObject): object {
  if (object.kind === "Namespace") return object.metadata ?? {};
  const annotations = { ...object.metadata?.annotations, "pulumi.com/skipAwait": "true" };
  return { ...object.metadata, annotations };
}
