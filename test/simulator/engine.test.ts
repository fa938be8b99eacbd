import assert from "node:assert/strict";
import { Engine } from "../../simulator/engine.ts";
import { drain, freshPrompt, plainTiming, roomy, submit } from "./engineRun.ts";

describe("engine", () => {
  it("gives a lone request its first token after overhead and prefill, then one a step", () => {
    const engine = new Engine({ ...roomy, timing: { ...plainTiming, requestOverheadMs: 5 } });
    const only = submit(engine, 100, 20, 3);
    drain(engine);
    // Queued at 105; 20 tokens take 1 + max(9, 2) = 10 ms.
    assert.deepEqual(only.times, [115, 125, 135]);
    assert.equal(engine.cache.freeBlocks, roomy.numGpuBlocks);
  });

  it("runs maxNumSeqs at once and keeps the next one waiting until a slot is free", () => {
    const engine = new Engine({ ...roomy, maxNumSeqs: 2 });
    const [a, b, c] = [submit(engine, 0, 20, 3), submit(engine, 0, 20, 5), submit(engine, 0, 20, 2)];
    engine.advanceTo(29);
    assert.equal(engine.running, 2);
    assert.equal(engine.waiting, 1);
    drain(engine);
    // Every step takes 10 ms: 40 prompt tokens (4 ms of compute) hide behind the weights.
    assert.deepEqual(a!.times, [10, 20, 30]);
    assert.deepEqual(b!.times, [10, 20, 30, 40, 50]);
    // a's slot is free at 30, so c's prefill is the step 30..40.
    assert.deepEqual(c!.times, [40, 50]);
    assert.equal(c!.sequence.firstScheduledMs, 30);
    // Queue times 0, 0 and 30 ms.
    assert.equal(engine.metrics.queueTime.sum, 0.03);
  });

  it("lets a request that arrives during a step wait for its end, and one at the very end join the next", () => {
    const engine = new Engine(roomy);
    const first = submit(engine, 0, 20, 4);
    const during = submit(engine, 3, 20, 1);
    const atTheEnd = submit(engine, 20, 20, 1);
    drain(engine);
    assert.deepEqual(first.times, [10, 20, 30, 40]);
    assert.deepEqual(during.times, [20]);
    assert.deepEqual(atTheEnd.times, [30]);
  });

  it("splits a long prompt into ceil(ISL / budget) steps", () => {
    const engine = new Engine({ ...roomy, maxNumBatchedTokens: 100 });
    const long = submit(engine, 0, 250, 2);
    drain(engine);
    // Chunks of 100, 100 and 50: 1 + max(9, 10) twice, then 1 + max(9, 5); the decode step takes 10.
    assert.deepEqual(long.times, [32, 42]);
    assert.equal(engine.metrics.iterationTokens.count, 4);
    assert.equal(engine.metrics.iterationTokens.sum, 251);
  });

  it("slows the decodes beside a chunked prefill, which gets what they leave of the budget", () => {
    const engine = new Engine({
      ...roomy,
      maxNumBatchedTokens: 100,
      timing: { ...plainTiming, computeMsPerToken: 0.2 },
    });
    const decoding = submit(engine, 0, 10, 6);
    const long = submit(engine, 15, 250, 1);
    drain(engine);
    // 0..10 prefill, 10..20 decode. Then 1 decode token and 99 of the prompt: 1 + 20 = 21 ms, twice; then 1 + 52 tokens:
    // 1 + 10.6 = 11.6 ms; then the decode alone again.
    assert.deepEqual(decoding.times, [10, 20, 41, 62, 73.6, 83.6]);
    // TTFT 58.6 ms. Alone it would be 21 + 21 + 11 = 53.
    assert.deepEqual(long.times, [73.6]);
  });

  it("charges prefill for pairs of tokens and everybody for the context they read", () => {
    const timing = { ...plainTiming, kvReadMsPerToken: 0.01, attentionMsPerTokenPair: 0.001 };
    const engine = new Engine({ ...roomy, maxNumBatchedTokens: 64, timing });
    const only = submit(engine, 0, 100, 3);
    drain(engine);
    // Chunk 1: 64 tokens, 64 read, 64*65/2 = 2080 pairs: 10 + 0.64 + 2.08 = 12.72.
    // Chunk 2: 36 tokens, 100 read, 36*64 + 36*37/2 = 2970 pairs: 10 + 1 + 2.97 = 13.97. Decodes read 101 and 102.
    assert.deepEqual(only.times, [26.69, 37.7, 48.72]);
  });

  it("finds a prefix again and shortens TTFT by what need not be computed", () => {
    const engine = new Engine({
      ...roomy,
      prefixCaching: true,
      timing: { ...plainTiming, computeMsPerToken: 0.5 },
    });
    const prompt = freshPrompt(64);
    const first = submit(engine, 0, prompt, 1);
    const same = submit(engine, 100, prompt, 1);
    const longer = submit(engine, 200, Int32Array.from([...prompt, ...freshPrompt(30)]), 1);
    drain(engine);
    // 64 tokens: 1 + 32.
    assert.deepEqual(first.times, [33]);
    // The last token is always computed, and with it its block: 48 cached, 16 computed: 1 + max(9, 8), 23 ms sooner.
    assert.deepEqual(same.times, [110]);
    assert.equal(same.sequence.cachedTokens, 48);
    // Of 94 tokens 64 are cached; 30 computed: 1 + 15.
    assert.deepEqual(longer.times, [216]);
    assert.equal(longer.sequence.cachedTokens, 64);
    assert.equal(engine.metrics.prefixQueries, 64 + 64 + 94);
    assert.equal(engine.metrics.prefixHits, 48 + 64);
    assert.equal(engine.metrics.promptTokensCached, 48 + 64);
  });

  it("frees an aborted request's blocks at once and counts it", () => {
    const engine = new Engine(roomy);
    const gone = submit(engine, 0, 20, 100);
    const stays = submit(engine, 0, 20, 3);
    const late = submit(engine, 25, 20, 1);
    engine.advanceTo(15);
    assert.equal(engine.cache.freeBlocks, roomy.numGpuBlocks - 4);
    engine.abort(gone.sequence);
    engine.abort(late.sequence); // has not even arrived
    assert.equal(engine.cache.freeBlocks, roomy.numGpuBlocks - 2);
    drain(engine);
    assert.deepEqual(gone.times, [10]);
    assert.deepEqual(stays.times, [10, 20, 30]);
    assert.deepEqual(late.times, []);
    assert.deepEqual(engine.metrics.finished, { stop: 0, length: 1, abort: 2, error: 0, repetition: 0 });
    engine.abort(gone.sequence); // a second time changes nothing
    assert.equal(engine.metrics.finished.abort, 2);
  });

  it("counts durations in seconds of the client's clock", () => {
    const engine = new Engine({ ...roomy, speed: 10 });
    submit(engine, 0, 20, 3);
    drain(engine);
    // 10 ms simulated to the first token, 10 ms between tokens; at tenfold speed 1 ms each.
    assert.equal(engine.metrics.timeToFirstToken.sum, 0.001);
    assert.equal(engine.metrics.interTokenLatency.sum, 0.002);
    assert.equal(engine.metrics.endToEnd.sum, 0.003);
  });

  it("refuses what it could never finish", () => {
    const engine = new Engine({ ...roomy, maxModelLen: 30 });
    assert.throws(() => submit(engine, 0, 20, 11), /31 tokens .* do not fit 30/);
    engine.advanceTo(50);
    assert.throws(() => submit(engine, 49, 20, 1), /submitted at 49 ms, but the engine is at 50 ms/);
  });
});
