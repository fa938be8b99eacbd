import { isMap, type PropertyMap, type PropertyValue, Unknown } from "../wire/propertyValue.ts";
import type { Change } from "../wire/provider.ts";

export interface Changed {
  readonly path: readonly (string | number)[];
  readonly kind: Change;
  readonly value: PropertyValue | undefined;
}

/**
 * What differs between the pruned live object and the new inputs, down to single values and elements. provider.go
 * convertPatchToDiff comes to the same by way of a JSON merge patch (addPatchMapToDiff, addPatchArrayToDiff).
 */
export function structuralDiff(old: PropertyMap, news: PropertyMap): Changed[] {
  return [...mapChanges([], old, news)];
}

/** `a.b[0]`, `metadata.annotations["pulumi.com/x"]`. provider.go addPatchValueToDiff, pathStr. */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (/[."[\]]/.test(part)) return `["${part.replaceAll('"', '\\"')}"]`;
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}

type Path = readonly (string | number)[];

function* mapChanges(path: Path, old: PropertyMap, news: PropertyMap): Generator<Changed> {
  for (const key of new Set([...Object.keys(old), ...Object.keys(news)]))
    yield* changes([...path, key], old[key], news[key]);
}

function* changes(path: Path, old: PropertyValue | undefined, value: PropertyValue | undefined): Generator<Changed> {
  if (value === undefined) {
    if (old !== undefined) yield { path, kind: "delete", value: undefined };
  } else if (old === undefined) yield { path, kind: "add", value };
  else if (value instanceof Unknown) yield { path, kind: "update", value };
  else if (isMap(old) && isMap(value)) yield* mapChanges(path, old, value);
  else if (Array.isArray(old) && Array.isArray(value))
    for (let index = 0; index < Math.max(old.length, value.length); index++)
      yield* changes([...path, index], old[index], value[index]);
  else if (old !== value) yield { path, kind: "update", value };
}
