import { UserError } from "../scenario/userError.ts";

/** One step of a path: a key, or an index into a list. */
type Step = string | number;

/**
 * "load.stages[0].rate" and "load.stages.0.rate" -> ["load", "stages", 0, "rate"]; ["a.b"] in brackets and quotes is one key with a dot.
 * Digits after a dot are an index only where a list stands, which `applyOverrides` sees.
 */
export function pathSteps(path: string): Step[] {
  const parts = path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|(?:^|\.)([^.[]*)|(.)/g);
  return [...parts].map(([whole, index, quoted, plain]) =>
    index !== undefined ? Number(index) : (quoted ?? plain ?? whole),
  );
}

/**
 * Lays "key.path" -> value over a tree of plain objects and lists; the tree itself stays as it is. A value of null removes nothing: it is a value.
 * Text that is JSON ("5", "[1,2]", "true") counts as what it says where the old value is no text, since command lines know only text.
 *
 * @param file to which mistakes are put down
 * @param otherwise overrides that are text to be read the other way: as it stands, or as JSON
 * @throws UserError where a path leads to a place in a list that is not there: it would leave a hole
 */
export function applyOverrides(
  tree: unknown,
  overrides: Readonly<Record<string, unknown>>,
  file = "workloadOverrides",
  otherwise: ReadonlySet<string> = new Set(),
): unknown {
  const root = { tree: structuredClone(tree) };
  // Sorted, a whole before its parts: the engine hands the keys of an object over in another order than the file has.
  for (const [path, value] of Object.entries(overrides).sort(([a], [b]) => (a < b ? -1 : 1))) {
    let place: object = root;
    let key: string = "tree";
    for (const step of pathSteps(path)) {
      let next: unknown = Object.hasOwn(place, key) ? (place as Record<string, unknown>)[key] : undefined;
      if (typeof next !== "object" || next === null) {
        next = typeof step === "number" ? [] : {};
        put(place, key, next);
      }
      place = next as object;
      key = String(step);
      if (Array.isArray(place)) checkIndex(place, key, path, value, file);
    }
    const old = Object.hasOwn(place, key) ? (place as Record<string, unknown>)[key] : undefined;
    // Cloned: a later override may reach into this one's value, which is the scenario's and frozen.
    const keepsText = (typeof old === "string") !== otherwise.has(path);
    put(place, key, keepsText ? structuredClone(value) : structuredClone(fromText(value)));
  }
  return root.tree;
}

/** Never by assignment: a key named __proto__ would change every object of the process. */
function put(place: object, key: string, value: unknown): void {
  Object.defineProperty(place, key, { value, writable: true, enumerable: true, configurable: true });
}

function checkIndex(list: readonly unknown[], key: string, path: string, value: unknown, file: string): void {
  if (/^\d+$/.test(key) && Number(key) <= list.length) return;
  throw new UserError({
    key: `workloadOverrides["${path}"]`,
    value,
    file,
    reason: `"${key}" is no place in this list of ${list.length}`,
    allowed: list.length === 0 ? "0, which adds the first" : `0 to ${list.length - 1}, or ${list.length} to add one`,
    next: "Correct the index.",
  });
}

function fromText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Where a path of the merged tree was written: in an override, or null for the profile itself. */
export function overrideAt(
  path: readonly PropertyKey[],
  overrides: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly value?: unknown } | null {
  const near = Object.keys(overrides)
    .map((name) => ({ name, steps: pathSteps(name) }))
    .filter(({ steps }) => steps.every((step, i) => i >= path.length || String(step) === String(path[i])));
  // The longest, since it was laid last.
  const above = near
    .filter(({ steps }) => steps.length <= path.length)
    .sort((a, b) => b.steps.length - a.steps.length)[0];
  if (above) return { key: `workloadOverrides["${above.name}"]${restText(path.slice(above.steps.length))}` };
  const part = near[0];
  // A part of what the path names was set; what stands there now is a mixture that nobody wrote.
  return part ? { key: `workloadOverrides["${part.name}"]`, value: overrides[part.name] } : null;
}

function restText(path: readonly PropertyKey[]): string {
  return path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
}
