import { createHash, randomBytes } from "node:crypto";
import { isMap, type Json, type JsonObject, type PropertyMap } from "../wire/propertyValue.ts";

/** Any Kubernetes object, inputs or live. */
export interface KubeObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: JsonObject;
}

export function kubeObject(json: JsonObject): KubeObject {
  if (typeof json.apiVersion !== "string" || typeof json.kind !== "string")
    throw new Error("the stand-in does not know objects without apiVersion and kind");
  const metadata = isMap(json.metadata) ? (json.metadata as JsonObject) : {};
  return { ...json, apiVersion: json.apiVersion, kind: json.kind, metadata };
}

export function nameOf(object: KubeObject): string {
  return typeof object.metadata.name === "string" ? object.metadata.name : "";
}

export function namespaceOf(object: KubeObject): string {
  return typeof object.metadata.namespace === "string" ? object.metadata.namespace : "";
}

/** provider/util.go fqObjName: the id of a resource. */
export function idOf(object: KubeObject): string {
  const namespace = namespaceOf(object);
  return namespace === "" ? nameOf(object) : `${namespace}/${nameOf(object)}`;
}

export function annotation(object: PropertyMap, key: string): string {
  const metadata = object.metadata;
  const annotations = isMap(metadata) ? metadata.annotations : undefined;
  const value = isMap(annotations) ? annotations[key] : undefined;
  return typeof value === "string" ? value : "";
}

/** As sdk/go/common/resource/resource_id.go NewUniqueName ends a name by default: 8 hex digits, the same for the same seed. */
export function uniqueName(prefix: string, seed: Uint8Array | null = null): string {
  const bytes =
    seed === null || seed.length === 0 ? randomBytes(4) : createHash("sha256").update(seed).update(prefix).digest();
  return `${prefix}${bytes.subarray(0, 4).toString("hex")}`;
}

export function equal(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => equal(item, other[index]));
  if (isMap(one) && isMap(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].every((key) => equal((one as JsonObject)[key], (other as JsonObject)[key]));
  }
  return false;
}
