import type { ComparedLargestLoad, SystemAnalysis } from "../analysis.ts";
import type { LargestLoad } from "../slo/sloAssessment.ts";

type Known = Exclude<LargestLoad, { readonly kind: "unknown" }>;

/**
 * Up to which load each holds its objectives. Systems that saturate differ in this even where their ratios at common loads
 * look alike. Empty where there are no objectives, or nobody knows.
 */
export function compareLargestLoads(
  candidates: readonly SystemAnalysis[],
  base: SystemAnalysis,
): ComparedLargestLoad[] {
  const theirs = known(base);
  if (theirs === null) return [];
  return candidates.flatMap((candidate): ComparedLargestLoad[] => {
    const mine = known(candidate);
    if (mine === null || mine.loadType !== theirs.loadType) return [];
    const [low, high] = rangeOf(mine);
    const [baseLow, baseHigh] = rangeOf(theirs);
    // Between two measured loads nobody knows: equal ranges are not a proof of equal systems, and not a difference.
    const verdict = low >= baseHigh ? "better" : high <= baseLow ? "worse" : "inconclusive";
    const told = verdict === "inconclusive" ? "not told apart by the loads that were measured" : verdict;
    const sentence = `${candidate.name} holds the objectives ${words(mine)}, ${base.name} ${words(theirs)}: ${told}`;
    return [{ candidate: candidate.name, mine, baseline: theirs, verdict, sentence }];
  });
}

function known({ slo }: SystemAnalysis): Known | null {
  return slo === null || slo.largestLoad.kind === "unknown" ? null : slo.largestLoad;
}

/** It lies at or above the first and below the second. */
function rangeOf(load: Known): readonly [number, number] {
  switch (load.kind) {
    case "between":
      return [load.passes, load.fails];
    case "atLeast":
      return [load.passes, Number.POSITIVE_INFINITY];
    case "below":
      return [0, load.fails];
  }
}

function words(load: Known): string {
  switch (load.kind) {
    case "between":
      return `up to a load between ${named(load, `${load.passes} and ${load.fails}`)}`;
    case "atLeast":
      return `up to ${named(load, `${load.passes}`)} at least`;
    case "below":
      return `not even at ${named(load, `${load.fails}`)}`;
  }
}

function named({ loadType }: Known, loads: string): string {
  return loadType === "concurrency" ? `concurrency ${loads}` : `${loads} requests/s (${loadType})`;
}
