import assert from "node:assert/strict";
import { Engine } from "../../simulator/engine.ts";
import { drain, plainTiming, roomy, submit } from "./engineRun.ts";

/** Four blocks of four tokens; a step takes 1 + max(9, 1.5 * tokens) ms. */
const tight = {
  ...roomy,
  maxModelLen: 16,
  blockSize: 4,
  numGpuBlocks: 4,
  timing: { ...plainTiming, computeMsPerToken: 1.5 },
};

describe("preemption", () => {
  it("throws out the last admitted request when the KV cache is full, and computes it again", () => {
    const engine = new Engine(tight);
    const [a, b] = [submit(engine, 0, 4, 8), submit(engine, 0, 4, 8)];
    // 0..13: both prompts, 8 tokens: 1 + 12. Then decode steps of 10; the first takes a second block each: cache full.
    // Tokens 5 to 8 of both sequences fill it: outputs 2 to 5 at 23, 33, 43, 53.
    engine.advanceTo(53);
    // At 53 a needs a third block, and b goes.
    assert.equal(engine.metrics.preemptions, 1);
    assert.equal(engine.running, 1);
    assert.equal(engine.waiting, 1);
    assert.equal(engine.cache.freeBlocks, 1);
    drain(engine);
    assert.deepEqual(a!.times, [13, 23, 33, 43, 53, 63, 73, 83]);
    // b needs 3 blocks for its 9 tokens; they are free when a ends at 83. All 9 are computed anew: 1 + 13.5.
    assert.deepEqual(b!.times, [13, 23, 33, 43, 53, 97.5, 107.5, 117.5]);
    assert.equal(b!.sequence.preemptions, 1);
    assert.equal(a!.sequence.preemptions, 0);
    assert.equal(engine.cache.freeBlocks, 4);
  });

  it("computes less again when the prefix cache still holds a part", () => {
    const engine = new Engine({ ...tight, prefixCaching: true });
    const [a, b] = [submit(engine, 0, 4, 8), submit(engine, 0, 4, 8)];
    drain(engine);
    assert.deepEqual(a!.times, [13, 23, 33, 43, 53, 63, 73, 83]);
    // a took b's last block, so b's first one (4 tokens) is still there: 5 tokens to compute, 1 + max(9, 7.5).
    assert.deepEqual(b!.times, [13, 23, 33, 43, 53, 93, 103, 113]);
    // What a request finds of itself is no hit: two lookups of 4 tokens, none found.
    assert.equal(engine.metrics.prefixQueries, 8);
    assert.equal(engine.metrics.prefixHits, 0);
    assert.equal(b!.sequence.cachedTokens, 0);
  });

  it("puts the victim ahead of those who have not run yet", () => {
    const engine = new Engine({ ...tight, maxNumSeqs: 2 });
    const [, b, c] = [submit(engine, 0, 4, 8), submit(engine, 0, 4, 8), submit(engine, 1, 4, 1)];
    drain(engine);
    // From 83 on b (9 tokens) and c (4 tokens: 1 block) would both fit; b goes first, and both are in the step of
    // 13 tokens: 1 + 19.5.
    assert.equal(b!.times[5], 103.5);
    assert.deepEqual(c!.times, [103.5]);
    assert.ok(c!.sequence.firstScheduledMs === 83);
  });

  it("begins no prompt whose blocks are not all free", () => {
    // 4 blocks: a holds 1, then 2; b's prompt of 12 needs 3, so it waits though a slot and budget are free.
    const engine = new Engine(tight);
    const a = submit(engine, 0, 4, 3);
    const b = submit(engine, 5, 12, 1);
    drain(engine);
    assert.deepEqual(a.times, [10, 20, 30]);
    // At 10 a takes its second block, 2 are left; free at 30. 12 tokens: 1 + 18.
    assert.deepEqual(b.times, [49]);
    assert.equal(engine.metrics.preemptions, 0);
  });
});
