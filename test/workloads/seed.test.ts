import assert from "node:assert/strict";
import { seedOf } from "../../workloads/index.ts";

describe("the seed of a run's prompts", () => {
  it("is the scenario's, and that of no other repetition or attempt, nor of one with other targets loaded", () => {
    const seeds = [[], ["other"]].flatMap((loadedWith) =>
      [1, 2, 3].flatMap((attempt) =>
        [1, 2, 100].map((repetition) => seedOf({ seed: 7 }, { repetition, attempt, loadedWith })),
      ),
    );
    assert.deepEqual(seeds.slice(0, 4), [7, 8, 106, 10_007]);
    assert.equal(new Set(seeds).size, seeds.length);
    assert.equal(seedOf({ seed: 7 }, { repetition: 2 }), 8);
  });
});
