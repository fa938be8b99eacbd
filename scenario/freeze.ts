/** Freezes a tree of plain objects and arrays, in place, and returns it. Frozen parts (catalogue entries) are shared, not copied. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
  return value;
}
