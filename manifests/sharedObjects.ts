import type { EngineManifests, KubernetesObject } from "./kubernetesObject.ts";

export interface SharedAndOwn {
  /** Objects that several engines use, each once: the simulator's code, a ReadWriteMany model cache. */
  readonly shared: readonly KubernetesObject[];
  readonly own: readonly EngineManifests[];
}

/**
 * Takes out of the engines' objects what they have in common: an object has one owner, and two that create it would fail
 * each other (AlreadyExists). Immutable ConfigMaps are shared even by one engine: their names are hashes, and the owner
 * must not change when a second target joins.
 */
export function shareObjects(engines: readonly EngineManifests[]): SharedAndOwn {
  const uses = new Map<string, number>();
  for (const { objects } of engines)
    for (const object of objects) uses.set(key(object), (uses.get(key(object)) ?? 0) + 1);
  const isShared = (object: KubernetesObject) =>
    (uses.get(key(object)) ?? 0) > 1 ||
    (object.kind === "ConfigMap" && "immutable" in object && object.immutable === true);
  const shared = new Map(
    engines.flatMap(({ objects }) => objects.filter(isShared).map((object) => [key(object), object] as const)),
  );
  const own = engines.map((engine) => ({ ...engine, objects: engine.objects.filter((object) => !isShared(object)) }));
  return { shared: [...shared.values()], own };
}

function key({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata?.namespace ?? ""}/${metadata?.name}`;
}
