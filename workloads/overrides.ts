/**
 * Lays "key.path" -> value over a tree of plain objects; the tree itself stays as it is. A value of null removes nothing: it is a value.
 * Text that is JSON ("5", "[1,2]", "true") counts as what it says where the old value is no text, since command lines know only text.
 */
export function applyOverrides(tree: unknown, overrides: Readonly<Record<string, unknown>>): unknown {
  const copy: unknown = structuredClone(tree);
  for (const [path, value] of Object.entries(overrides)) {
    const steps = path.split(".");
    const last = steps.pop()!;
    let place = copy as Record<string, unknown>;
    for (const step of steps) {
      const next = place[step];
      if (typeof next !== "object" || next === null) place[step] = {};
      place = place[step] as Record<string, unknown>;
    }
    place[last] = typeof place[last] === "string" ? value : fromText(value);
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

/** The override that a path of the merged tree goes back to: the one that set it, a part of it, or what it is a part of. */
export function overrideKey(path: string, overrides: readonly string[]): string | null {
  const within = (inner: string, outer: string) =>
    inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return overrides.find((key) => within(path, key)) ?? overrides.find((key) => within(key, path)) ?? null;
}
