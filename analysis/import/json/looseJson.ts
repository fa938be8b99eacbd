/*
 * Values of documents that others wrote, and that may be damaged: what is not of the type that is asked for is missing.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

const NOTHING: JsonObject = {};

/** The object, or an empty one. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : NOTHING;
}

/** What lies at a path of keys; undefined where it ends before. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  let here = value;
  for (const key of keys) here = objectOf(here)[key];
  return here;
}

/** A finite number, or NaN. */
export function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : Number.NaN;
}

/** A count of tokens, or -1: a column of 32 bits would turn anything else into another number. */
export function countOf(value: unknown): number {
  return typeof value === "number" && value >= 0 && value <= 0x7fffffff ? Math.round(value) : -1;
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
