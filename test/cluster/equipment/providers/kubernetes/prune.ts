import { isMap, type Json, type JsonObject } from "../wire/propertyValue.ts";
import { equal } from "./object.ts";

/** The live object cut to the shape of the inputs that made it. provider/util.go pruneMap, pruneSlice. */
export function prune(live: JsonObject, inputs: JsonObject): JsonObject {
  const pruned: JsonObject = {};
  for (const [key, wanted] of Object.entries(inputs)) {
    const value = live[key];
    if (value !== undefined) pruned[key] = pruneValue(value, wanted);
  }
  return pruned;
}

function pruneValue(live: Json, wanted: Json): Json {
  if (isMap(live) && isMap(wanted)) return prune(live as JsonObject, wanted as JsonObject);
  if (!Array.isArray(live) || !Array.isArray(wanted)) return live;
  if (live.length === 0 || wanted.length === 0) return [];
  if (isMap(live[0]) !== isMap(wanted[0])) return live;
  return wanted.slice(0, live.length).map((item, index) => pruneValue(live[index] as Json, item));
}

// Fields that k8s.io/api holds as pointers, among those that pods and their owners use: there a zero is a value.
const pointers = new Set([
  ..."allowPrivilegeEscalation automountServiceAccountToken backoffLimit completions emptyDir enableServiceLinks".split(
    " ",
  ),
  ..."fsGroup hostUsers immutable optional parallelism privileged readOnlyRootFilesystem replicas runAsGroup".split(
    " ",
  ),
  ..."runAsNonRoot runAsUser securityContext shareProcessNamespace storageClassName suspend".split(" "),
  ..."terminationGracePeriodSeconds ttlSecondsAfterFinished".split(" "),
]);

/**
 * New inputs without the zero values ("", 0, false, {}, []) that the API server does not keep. The real provider loses
 * them in its typed objects, whose fields are `omitempty` (normalizeInputs); here the live object tells, and a list says
 * where a zero that is new is a change all the same.
 */
export function withoutDroppedZeros(news: JsonObject, olds: JsonObject, live: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(news)) {
    const old = olds[key];
    const isNothing = isZero(value) && (!pointers.has(key) || equal(value, old));
    if (live[key] !== undefined || !isNothing) kept[key] = withoutDropped(value, old, live[key]);
  }
  return kept;
}

function withoutDropped(value: Json, old: Json | undefined, live: Json | undefined): Json {
  if (isMap(value) && isMap(live))
    return withoutDroppedZeros(value as JsonObject, (isMap(old) ? old : {}) as JsonObject, live as JsonObject);
  if (Array.isArray(value) && Array.isArray(live))
    return value.map((item, index) => withoutDropped(item, Array.isArray(old) ? old[index] : undefined, live[index]));
  return value;
}

function isZero(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isMap(value)) return Object.values(value).every((item) => isZero(item as Json));
  return value === "" || value === 0 || value === false || value === null;
}
