import assert from "node:assert/strict";
import fc from "fast-check";
import { KvCache } from "../../simulator/kvCache.ts";

describe("KV cache", () => {
  it("takes all or nothing", () => {
    const cache = new KvCache(3, 16, true);
    assert.equal(cache.take([], 4), null);
    assert.equal(cache.freeBlocks, 3);
    assert.deepEqual(cache.take([], 2), [0, 1]);
    assert.equal(cache.usage, 1 - 1 / 3);
  });

  it("finds leading blocks only, and stops at the first gap", () => {
    const cache = new KvCache(4, 16, true);
    const blocks = cache.take([], 3)!;
    for (const [i, hash] of [11, 22, 33].entries()) cache.publish(blocks[i]!, hash);
    assert.deepEqual(cache.find([11, 22, 33], 3), [0, 1, 2]);
    assert.deepEqual(cache.find([11, 22, 33], 2), [0, 1]);
    assert.deepEqual(cache.find([11, 99, 33], 3), [0]);
    assert.deepEqual(cache.find([22], 1), [1]);
  });

  it("gives out the least recently used block first and keeps a prefix longer than its tail", () => {
    const cache = new KvCache(4, 16, true);
    const a = cache.take([], 2)!;
    const b = cache.take([], 2)!;
    for (const [i, block] of [...a, ...b].entries()) cache.publish(block, 100 + i);
    cache.release(a);
    cache.release(b);
    // Free, oldest first: a's tail, a's head, b's tail, b's head.
    assert.deepEqual(cache.take([], 1), [a[1]]);
    assert.deepEqual(cache.find([100, 101], 2), [a[0]]);
    assert.deepEqual(cache.take([], 1), [a[0]]);
    assert.deepEqual(cache.find([102, 103], 2), b);
  });

  it("shares a block among holders and frees it with the last", () => {
    const cache = new KvCache(2, 16, true);
    const [block] = cache.take([], 1)!;
    cache.publish(block!, 5);
    assert.deepEqual(cache.take([block!], 0), [block]);
    cache.release([block!]);
    assert.equal(cache.freeBlocks, 1);
    cache.release([block!]);
    assert.equal(cache.freeBlocks, 2);
    assert.throws(() => cache.release([block!]), /released more often than taken/);
  });

  it("counts a found block that nobody holds as one taken from the free list", () => {
    const cache = new KvCache(2, 16, true);
    const [block] = cache.take([], 1)!;
    cache.publish(block!, 5);
    cache.release([block!]);
    assert.equal(cache.cost([block!], 2), 3);
    assert.equal(cache.take([block!], 2), null);
    assert.deepEqual(cache.take([block!], 1)?.length, 2);
  });

  it("resets only when nobody holds a block", () => {
    const cache = new KvCache(2, 16, true);
    const blocks = cache.take([], 1)!;
    cache.publish(blocks[0]!, 5);
    assert.equal(cache.reset(), false);
    cache.release(blocks);
    assert.deepEqual(cache.find([5], 1), blocks);
    assert.equal(cache.reset(), true);
    assert.deepEqual(cache.find([5], 1), []);
  });

  it("never loses a block nor gives one to two owners (property)", () => {
    const operation = fc.oneof(
      // A sequence arrives whose prefix is one of a few, so that it shares blocks with others.
      fc.record({
        type: fc.constant("take" as const),
        prefix: fc.integer({ min: 0, max: 2 }),
        blocks: fc.integer({ min: 1, max: 8 }),
      }),
      fc.record({ type: fc.constant("release" as const), which: fc.nat() }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 24 }),
        fc.boolean(),
        fc.array(operation, { maxLength: 80 }),
        (size, caching, operations) => {
          const cache = new KvCache(size, 4, caching);
          const held: number[][] = [];
          for (const op of operations) {
            if (op.type === "release") {
              if (held.length > 0) cache.release(held.splice(op.which % held.length, 1)[0]!);
            } else {
              const hashes = Array.from({ length: op.blocks }, (_, i) => op.prefix * 1000 + i + 1);
              const shared = cache.find(hashes, op.blocks - 1);
              const cost = cache.cost(shared, op.blocks - shared.length);
              const before = cache.freeBlocks;
              const blocks = cache.take(shared, op.blocks - shared.length);
              assert.equal(blocks === null, cost > before);
              assert.equal(cache.freeBlocks, before - (blocks ? cost : 0));
              if (blocks) {
                assert.equal(new Set(blocks).size, op.blocks);
                // A block not shared must have been nobody's.
                for (const block of blocks.slice(shared.length)) assert.ok(!held.flat().includes(block));
                for (const [i, block] of blocks.entries()) cache.publish(block, hashes[i]!);
                held.push(blocks);
              }
            }
            assert.equal(cache.freeBlocks, size - new Set(held.flat()).size);
          }
          for (const blocks of held) cache.release(blocks);
          assert.equal(cache.freeBlocks, size);
          // All of it can be given out once more: the free list holds each block exactly once.
          assert.deepEqual(
            cache.take([], size)?.toSorted((x, y) => x - y),
            Array.from({ length: size }, (_, i) => i),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
