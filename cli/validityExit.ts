import type { Analysis } from "../analysis/analysis.ts";

/** A script that goes on with numbers that mean nothing is worse than one that stops; `gate` uses the same code. */
export const INVALID_EXIT = 3;

/** Of a command whose runs are all complete. Suspect results are for a reader to judge, so they end in 0. */
export function validityExit(analysis: Pick<Analysis, "systems">): number {
  return analysis.systems.some(({ validity }) => validity.verdict === "invalid") ? INVALID_EXIT : 0;
}
