import assert from "node:assert/strict";
import type { ComparedLargestLoad, SystemAnalysis } from "../../../analysis/analysis.ts";
import { compareLargestLoads } from "../../../analysis/comparison/largestLoads.ts";
import type { LargestLoad } from "../../../analysis/slo/sloAssessment.ts";

const loadType = "concurrency" as const;
const between = (passes: number, fails: number): LargestLoad => ({ kind: "between", loadType, passes, fails });
const atLeast = (passes: number): LargestLoad => ({ kind: "atLeast", loadType, passes });
const below = (fails: number): LargestLoad => ({ kind: "below", loadType, fails });

function system(name: string, largestLoad: LargestLoad | null): SystemAnalysis {
  return { name, slo: largestLoad && { largestLoad } } as unknown as SystemAnalysis;
}
function compared(mine: LargestLoad | null, theirs: LargestLoad | null): ComparedLargestLoad | undefined {
  return compareLargestLoads([system("b", mine)], system("a", theirs))[0];
}

describe("the largest loads that meet the objectives", () => {
  it("are told as what was measured, never as a number in between", () => {
    assert.equal(
      compared(between(8, 16), atLeast(16))!.sentence,
      "b holds the objectives up to a load between concurrency 8 and 16, a up to concurrency 16 at least: worse",
    );
    assert.equal(
      compared(atLeast(1), below(1))!.sentence,
      "b holds the objectives up to concurrency 1 at least, a not even at concurrency 1: better",
    );
    const rate = { kind: "between", loadType: "poisson", passes: 2, fails: 4 } as const;
    assert.equal(
      compared(rate, rate)!.sentence,
      "b and a both hold the objectives up to a load between 2 and 4 requests/s (poisson): not told apart by the loads that were measured",
    );
    assert.equal(
      compared(below(1), below(1))!.sentence,
      "neither b nor a holds the objectives at concurrency 1, the smallest load that was measured",
    );
  });

  it("differ where the ranges do not overlap, and are not told apart elsewhere", () => {
    const verdict = (mine: LargestLoad, theirs: LargestLoad) => compared(mine, theirs)!.verdict;
    assert.equal(verdict(between(16, 32), between(8, 16)), "better");
    assert.equal(verdict(between(8, 16), between(16, 32)), "worse");
    assert.equal(verdict(between(8, 16), between(8, 16)), "inconclusive");
    assert.equal(verdict(between(8, 32), between(16, 64)), "inconclusive");
    assert.equal(verdict(atLeast(32), atLeast(32)), "inconclusive");
    assert.equal(verdict(below(4), between(2, 8)), "inconclusive");
  });

  it("are not compared without objectives, where nobody knows, or between two kinds of load", () => {
    assert.equal(compared(null, atLeast(4)), undefined);
    assert.equal(compared(atLeast(4), null), undefined);
    assert.equal(compared({ kind: "unknown", reason: "too few" }, atLeast(4)), undefined);
    assert.equal(compared({ kind: "atLeast", loadType: "poisson", passes: 4 }, atLeast(4)), undefined);
  });
});
