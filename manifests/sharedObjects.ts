import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { EngineManifests, KubernetesObject } from "./kubernetesObject.ts";
import { labelKeys } from "./labels.ts";

export interface SharedAndOwn {
  /** Objects that several engines use, each once: the simulator's code, a ReadWriteMany model cache. */
  readonly shared: readonly KubernetesObject[];
  readonly own: readonly EngineManifests[];
}

/**
 * Takes out of the engines' objects what they have in common: an object has one owner, and two that create it would fail
 * each other (AlreadyExists). What could be shared is shared even by one engine, because the owner must not change when
 * a second target joins: the new one would create the object before the old one has deleted it.
 */
export function shareObjects(engines: readonly EngineManifests[]): SharedAndOwn {
  const isShared = ({ objects }: EngineManifests, object: KubernetesObject) =>
    // An immutable ConfigMap is named by the hash of what it holds.
    (object.kind === "ConfigMap" && "immutable" in object && object.immutable === true) ||
    (isModelCache(object) && objects.some(isReadWriteMany));
  const sharedOf = (engine: EngineManifests) => engine.objects.filter((object) => isShared(engine, object));
  const shared = new Map(engines.flatMap(sharedOf).map((object) => [key(object), object]));
  const own = engines.map((engine) => ({
    ...engine,
    objects: engine.objects.filter((object) => !isShared(engine, object)),
  }));
  return { shared: [...shared.values()], own };
}

function isModelCache({ metadata }: KubernetesObject): boolean {
  return metadata?.labels?.[labelKeys.component] === "model-cache";
}

function isReadWriteMany(object: KubernetesObject): boolean {
  const { spec } = object as V1PersistentVolumeClaim;
  return object.kind === "PersistentVolumeClaim" && (spec?.accessModes?.includes("ReadWriteMany") ?? false);
}

function key({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata?.namespace ?? ""}/${metadata?.name}`;
}
