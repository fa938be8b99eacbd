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
    const sentence = sentenceOf({ name: candidate.name, load: mine }, { name: base.name, load: theirs }, verdict);
    return [{ candidate: candidate.name, mine, baseline: theirs, verdict, sentence }];
  });
}

function known({ slo }: SystemAnalysis): Known | null {
  return slo === null || slo.largestLoad.kind === "unknown" ? null : slo.largestLoad;
}

interface Holder {
  readonly name: string;
  readonly load: Known;
}

function sentenceOf(mine: Holder, base: Holder, verdict: ComparedLargestLoad["verdict"]): string {
  const told = verdict === "inconclusive" ? "not told apart by the loads that were measured" : verdict;
  const [own, theirs] = [words(mine.load), words(base.load)];
  if (own !== theirs) return `${mine.name} holds the objectives ${own}, ${base.name} ${theirs}: ${told}`;
  if (mine.load.kind !== "below") return `${mine.name} and ${base.name} both hold the objectives ${own}: ${told}`;
  const smallest = named(mine.load, `${mine.load.fails}`);
  return `neither ${mine.name} nor ${base.name} holds the objectives at ${smallest}, the smallest load that was measured`;
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
