import { containsSecret, isMap, type PropertyMap, Secret } from "../wire/propertyValue.ts";

/**
 * Marks in `outs` what is secret in `ins`, and all data of a Secret. Arrays become secret as a whole where any of their
 * elements is. provider.go annotateSecrets.
 */
export function markSecrets(outs: PropertyMap, ins: PropertyMap): PropertyMap {
  const marked = { ...outs };
  if (outs.kind === "Secret") {
    for (const key of ["data", "stringData"]) if (marked[key] !== undefined) marked[key] = new Secret(marked[key]);
    return marked;
  }
  for (const [key, wanted] of Object.entries(ins)) {
    const value = marked[key];
    if (value === undefined) continue;
    if (isMap(value) && isMap(wanted)) marked[key] = markSecrets(value, wanted);
    else if (!(value instanceof Secret) && containsSecret(wanted)) marked[key] = new Secret(value);
  }
  return marked;
}
