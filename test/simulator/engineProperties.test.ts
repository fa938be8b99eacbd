import assert from "node:assert/strict";
import fc from "fast-check";
import { Engine } from "../../simulator/engine.ts";
import { drain, plainTiming, submit, type Watched } from "./engineRun.ts";

const scene = fc.record({
  maxNumSeqs: fc.integer({ min: 1, max: 6 }),
  budgetAbove: fc.integer({ min: 0, max: 40 }),
  blockSize: fc.constantFrom(1, 4, 16),
  spareBlocks: fc.integer({ min: 0, max: 20 }),
  prefixCaching: fc.boolean(),
  requests: fc.array(
    fc.record({
      gapMs: fc.integer({ min: 0, max: 30 }),
      prefix: fc.integer({ min: 0, max: 2 }),
      input: fc.integer({ min: 1, max: 60 }),
      output: fc.integer({ min: 1, max: 30 }),
      abortAfterMs: fc.option(fc.integer({ min: 0, max: 200 }), { nil: null, freq: 5 }),
    }),
    { minLength: 1, maxLength: 25 },
  ),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function engineOf({ maxNumSeqs, budgetAbove, blockSize, spareBlocks, prefixCaching }: Scene): Engine {
  return new Engine({
    maxModelLen: 96,
    maxNumSeqs,
    maxNumBatchedTokens: maxNumSeqs + budgetAbove,
    blockSize,
    numGpuBlocks: Math.ceil(96 / blockSize) + spareBlocks,
    prefixCaching,
    timing: { ...plainTiming, computeMsPerToken: 0.7, requestOverheadMs: 2 },
    speed: 1,
  });
}

/** Plays a scene; `betweenMs` is how often time is moved on between arrivals. */
function play(engine: Engine, { requests }: Scene, betweenMs: number): Watched[] {
  const events: { atMs: number; act: () => void }[] = [];
  const watched: Watched[] = [];
  let atMs = 0;
  for (const [i, { gapMs, prefix, input, output, abortAfterMs }] of requests.entries()) {
    atMs += gapMs;
    const arriveMs = atMs;
    const prompt = Int32Array.from({ length: input }, (_, k) => prefix * 1000 + k);
    events.push({ atMs, act: () => (watched[i] = submit(engine, arriveMs, prompt, output)) });
    if (abortAfterMs !== null) {
      events.push({ atMs: atMs + abortAfterMs, act: () => engine.abort(watched[i]!.sequence) });
    }
  }
  events.sort((x, y) => x.atMs - y.atMs);
  let nowMs = 0;
  for (const { atMs: eventMs, act } of events) {
    for (; nowMs + betweenMs < eventMs; nowMs += betweenMs) engine.advanceTo(nowMs + betweenMs);
    engine.advanceTo(eventMs);
    nowMs = Math.max(nowMs, eventMs);
    act();
  }
  drain(engine);
  return watched;
}

describe("engine (properties)", () => {
  it("finishes every request with its tokens in order and leaves nothing behind", () => {
    fc.assert(
      fc.property(scene, (it) => {
        const engine = engineOf(it);
        const watched = play(engine, it, 7);
        for (const [i, { sequence, times }] of watched.entries()) {
          if (sequence.state === "aborted") assert.ok(times.length < it.requests[i]!.output);
          else {
            assert.equal(sequence.state, "finished");
            assert.equal(times.length, it.requests[i]!.output);
          }
          for (let k = 1; k < times.length; k++) assert.ok(times[k]! > times[k - 1]!);
          assert.equal(sequence.blocks.length, 0);
        }
        assert.equal(engine.cache.freeBlocks, engine.cache.blocks);
        assert.equal(engine.running + engine.waiting, 0);
        const { metrics } = engine;
        assert.ok(metrics.prefixHits <= metrics.prefixQueries);
        assert.ok(metrics.promptTokensCached <= metrics.promptTokens);
        assert.equal(metrics.finished.length + metrics.finished.abort, it.requests.length);
        assert.equal(
          metrics.generationTokens,
          watched.reduce((sum, { times }) => sum + times.length, 0),
        );
        // No step above the token budget.
        const budget = it.maxNumSeqs + it.budgetAbove;
        for (const [bound, count] of metrics.iterationTokens.cumulative()) {
          if (bound >= budget) assert.equal(count, metrics.iterationTokens.count);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("comes to the same times however seldom time is moved on", () => {
    fc.assert(
      fc.property(scene, (it) => {
        const often = play(engineOf(it), it, 0.5);
        const seldom = play(engineOf(it), it, 1e9);
        assert.deepEqual(
          seldom.map(({ times }) => times),
          often.map(({ times }) => times),
        );
      }),
      { numRuns: 60 },
    );
  });
});
