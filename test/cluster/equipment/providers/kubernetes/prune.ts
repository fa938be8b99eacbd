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

/**
 * New inputs without the zero values ("", 0, false, {}, []) that the old inputs held as well and that the API server did
 * not keep. The real provider loses them in its typed objects, whose fields are `omitempty` (normalizeInputs); here what
 * the server kept tells. One difference stays: a zero value that is new shows as a change once.
 */
export function withoutDroppedZeros(news: JsonObject, olds: JsonObject, live: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(news)) {
    const old = olds[key];
    if (live[key] === undefined && isZero(value) && equal(value, old)) continue;
    kept[key] = withoutDropped(value, old, live[key]);
  }
  return kept;
}

function withoutDropped(value: Json, old: Json | undefined, live: Json | undefined): Json {
  if (isMap(value) && isMap(old) && isMap(live))
    return withoutDroppedZeros(value as JsonObject, old as JsonObject, live as JsonObject);
  if (Array.isArray(value) && Array.isArray(old) && Array.isArray(live))
    return value.map((item, index) => withoutDropped(item, old[index], live[index]));
  return value;
}

function isZero(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isMap(value)) return Object.values(value).every((item) => isZero(item as Json));
  return value === "" || value === 0 || value === false || value === null;
}
