import { isMap, type PropertyMap, unwrapped } from "../../wire/propertyValue.ts";
import type { Difference, DiffRequest } from "../../wire/provider.ts";
import { pathText, structuralDiff } from "../structuralDiff.ts";
import { inputsOfState } from "./record.ts";

// helm_release.go Diff: forceNewFields.
const forceNew = new Set(["name", "namespace"]);

/**
 * New inputs against the state, and what the old inputs had and the new ones have not. helm_release.go Diff makes a
 * three-way merge patch of them, in which lists are values; a changed chart of the same version is no change.
 */
export function diffRelease({ urn, olds, news, ignoreChanges }: DiffRequest): Difference {
  if (ignoreChanges.length > 0) throw new Error(`the stand-in does not know ignoreChanges (${urn})`);
  const before = unwrapped(inputsOfState(olds)) as PropertyMap;
  const wanted = unwrapped(news) as PropertyMap;
  const changed = structuralDiff(sharedWith(unwrapped(olds) as PropertyMap, before, wanted), wanted);
  return {
    changes: new Map(
      changed.map(({ path, kind }) => [pathText(path), { kind, replaces: forceNew.has(String(path[0])) }]),
    ),
    deleteBeforeReplace: false,
  };
}

/** The state cut to what either inputs name; what else is in it (outputs) is nobody's wish. */
function sharedWith(state: PropertyMap, before: PropertyMap, wanted: PropertyMap): PropertyMap {
  const shared: PropertyMap = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(wanted)])) {
    const [value, old, next] = [state[key], before[key], wanted[key]];
    if (value === undefined) continue;
    shared[key] = isMap(value) && isMap(next) ? sharedWith(value, isMap(old) ? old : {}, next) : value;
  }
  return shared;
}
