import { isMap, type Json, type JsonObject } from "../wire/propertyValue.ts";
import { isDefinition } from "./kinds.ts";
import { type KubeObject, kubeObject } from "./object.ts";
import { canonicalQuantity } from "./quantity.ts";

// provider.go normalizeInputs: the read-only fields it removes.
const readOnlyMetadata = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

// Maps whose values are quantities, and single quantities; core/v1 types of k8s.io/api.
const quantityMaps = new Set(["limits", "requests", "hard", "capacity", "overhead"]);
const quantities = new Set(["sizeLimit"]);

/**
 * Inputs in the form that the API server will give them back, so that equal meanings show no difference. The real
 * provider passes them through the typed objects (provider.go normalizeInputs); this does the parts that matter here:
 * quantities, nulls, and a Secret's stringData, which becomes data.
 */
export function normalized(inputs: JsonObject): KubeObject {
  const object = kubeObject(plain(inputs, "") as JsonObject);
  for (const key of readOnlyMetadata) delete object.metadata[key];
  if (isDefinition(object.apiVersion, object.kind)) return normalizedDefinition(object);
  return object.apiVersion === "v1" && object.kind === "Secret" ? normalizedSecret(object) : object;
}

/** clients/unstructured.go normalizeCRD: what the API server owns, and a deprecated field that it drops where it is false. */
function normalizedDefinition({ status: _status, spec, ...object }: KubeObject): KubeObject {
  if (!isMap(spec)) return kubeObject(object);
  const { preserveUnknownFields, ...rest } = spec as JsonObject;
  return kubeObject({ ...object, spec: preserveUnknownFields === true ? { ...rest, preserveUnknownFields } : rest });
}

/** clients/unstructured.go normalizeSecretStringData, normalizeSecretData. */
function normalizedSecret({ stringData, ...object }: KubeObject): KubeObject {
  const data = isMap(object.data) ? { ...(object.data as JsonObject) } : {};
  for (const [key, value] of Object.entries(data))
    if (typeof value === "string") data[key] = Buffer.from(value, "base64").toString("base64");
  if (isMap(stringData))
    for (const [key, value] of Object.entries(stringData)) data[key] = Buffer.from(String(value)).toString("base64");
  return kubeObject(Object.keys(data).length === 0 ? object : { ...object, data });
}

function plain(value: Json, parent: string): Json {
  if (Array.isArray(value)) return value.map((item) => plain(item, ""));
  if (!isMap(value)) return value;
  const entries = Object.entries(value as JsonObject).filter(([, item]) => item !== null);
  return Object.fromEntries(
    entries.map(([key, item]) => {
      const isQuantity = quantityMaps.has(parent) || quantities.has(key);
      if (isQuantity && (typeof item === "string" || typeof item === "number")) return [key, canonicalQuantity(item)];
      return [key, plain(item, key)];
    }),
  );
}
