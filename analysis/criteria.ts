import { type Criteria, shippedCriteria } from "../scenario/criteria.ts";
import type { Run } from "./run.ts";

/** Of the newest run that recorded any; runs made elsewhere have none, and are judged by what is shipped. */
export function recordedCriteria(runs: readonly Run[]): Criteria {
  for (const { provenance } of runs.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))) {
    const { scenario } = provenance;
    if (typeof scenario === "object" && scenario !== null && "criteria" in scenario)
      return scenario.criteria as Criteria;
  }
  return shippedCriteria;
}
