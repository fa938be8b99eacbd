import type { Difference } from "./analysis.ts";
import type { Run } from "./run.ts";

/** All settings, versions and machines that are not equal in all systems, by the first run of each. */
export function differencesOf(_systems: ReadonlyMap<string, readonly Run[]>): Difference[] {
  return [];
}
