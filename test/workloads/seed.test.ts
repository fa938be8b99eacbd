import assert from "node:assert/strict";
import { seedOf } from "../../workloads/index.ts";

const chat = { name: "chat", stages: { concurrency: [1, 4], seconds: 30 } };

describe("the seed of a run's prompts", () => {
  it("is that of no other repetition or attempt, nor of one with other targets loaded", () => {
    const seeds = [[], ["other"]].flatMap((loadedWith) =>
      [1, 2, 3].flatMap((attempt) =>
        [1, 2, 100].map((repetition) => seedOf({ seed: 7 }, chat, { repetition, attempt, loadedWith })),
      ),
    );
    const [first = 0] = seeds;
    assert.deepEqual(
      seeds.slice(0, 4).map((seed) => seed - first),
      [0, 1, 99, 10_000],
    );
    assert.equal(new Set(seeds).size, seeds.length);
    assert.equal(seedOf({ seed: 7 }, chat, { repetition: 2 }), seeds[1]);
    assert.equal(seedOf({ seed: 8 }, chat, { repetition: 1 }), first + 1);
  });

  it("is another one for each workload, which an engine that stays up would otherwise know already", () => {
    const seeds = [1, 2, 3, 4].flatMap((concurrency) =>
      [10, 30].map((seconds) =>
        seedOf({ seed: 1 }, { stages: { concurrency: [concurrency], seconds } }, { repetition: 1 }),
      ),
    );
    assert.equal(new Set(seeds.map((seed) => seed >>> 16)).size, seeds.length);
    assert.ok(seeds.every((seed) => seed < 2 ** 31));
  });

  it("does not depend on what the profile is called", () => {
    const run = { repetition: 1 };
    assert.equal(seedOf({ seed: 1 }, { ...chat, name: "mine" }, run), seedOf({ seed: 1 }, chat, run));
  });
});
