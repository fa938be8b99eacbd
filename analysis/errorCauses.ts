import type { ErrorCount } from "./run.ts";

/** Kept per outcome: a reader wants the main causes, not a log. */
const KEPT = 5;

/** Failures with the same cause have the same key: their messages differ in digits (times, token counts, ports) only. */
export function causeKey({ outcome, status, message }: Omit<ErrorCount, "count" | "stage">): string {
  return `${outcome} ${status} ${message.replace(/[0-9]+(\.[0-9]+)?/g, "#")}`;
}

/** Adds up equal causes over repetitions; most frequent first, at most five per outcome. */
export function mergeErrors(errors: readonly ErrorCount[]): ErrorCount[] {
  const merged = new Map<string, ErrorCount>();
  for (const error of errors) {
    const key = causeKey(error);
    const seen = merged.get(key);
    merged.set(key, seen === undefined ? error : { ...seen, count: seen.count + error.count });
  }
  return mostFrequent([...merged.values()], ({ outcome }) => outcome);
}

/** The five most frequent of each group. */
export function mostFrequent(errors: readonly ErrorCount[], group: (error: ErrorCount) => string): ErrorCount[] {
  const kept = new Map<string, number>();
  return [...errors]
    .sort((a, b) => b.count - a.count)
    .filter((error) => {
      const count = (kept.get(group(error)) ?? 0) + 1;
      kept.set(group(error), count);
      return count <= KEPT;
    });
}
