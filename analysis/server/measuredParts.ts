import type { Measured } from "../analysis.ts";

export const absent = (reason: string): Measured => ({ value: null, reason });

/** All parts together, or why not: a sum without one pod would be a number of something else. */
export function total(parts: readonly Measured[], reason: string): Measured {
  return combined(parts, reason, (values) => values.reduce((sum, value) => sum + value, 0));
}

export function average(parts: readonly Measured[], reason: string): Measured {
  return combined(parts, reason, (values) => values.reduce((sum, value) => sum + value, 0) / values.length);
}

export function largest(parts: readonly Measured[], reason: string): Measured {
  return combined(parts, reason, (values) => Math.max(...values));
}

export function quotient(over: Measured, under: Measured, whenZero: string): Measured {
  if (over.value === null) return over;
  if (under.value === null) return under;
  return under.value === 0 ? absent(whenZero) : { value: over.value / under.value };
}

export function measured(value: number | null | undefined, reason: string): Measured {
  return value === null || value === undefined ? absent(reason) : { value };
}

function combined(
  parts: readonly Measured[],
  reason: string,
  combine: (values: readonly number[]) => number,
): Measured {
  const missing = parts.find(({ value }) => value === null);
  if (missing !== undefined) return missing;
  if (parts.length === 0) return absent(reason);
  return { value: combine(parts.map(({ value }) => value as number)) };
}
