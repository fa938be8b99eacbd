/**
 * Lays "key.path" -> value over a tree of plain objects; the tree itself stays as it is. A value of null removes nothing: it is a value.
 * Text that is JSON ("5", "[1,2]", "true") counts as what it says where the old value is no text, since command lines know only text.
 */
export function applyOverrides(tree: unknown, overrides: Readonly<Record<string, unknown>>): unknown {
  const copy: unknown = structuredClone(tree);
  // Sorted, a whole before its parts: the engine hands the keys of an object over in another order than the file has.
  for (const [path, value] of Object.entries(overrides).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const steps = path.split(".");
    const last = steps.pop()!;
    let place = copy as Record<string, unknown>;
    for (const step of steps) {
      const next = place[step];
      if (typeof next !== "object" || next === null) place[step] = {};
      place = place[step] as Record<string, unknown>;
    }
    // Cloned: a later override may reach into this one's value, which is the scenario's and frozen.
    place[last] = typeof place[last] === "string" ? value : structuredClone(fromText(value));
  }
  return copy;
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
  path: string,
  overrides: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly value?: unknown } | null {
  for (const [name, value] of Object.entries(overrides)) {
    const key = `workloadOverrides["${name}"]`;
    if (path === name) return { key };
    if (path.startsWith(`${name}.`) || path.startsWith(`${name}[`)) return { key: key + path.slice(name.length) };
    // A part of what the path names was set; what stands there now is a mixture that nobody wrote.
    if (name.startsWith(`${path}.`)) return { key, value };
  }
  return null;
}
