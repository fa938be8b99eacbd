import assert from "node:assert/strict";
import { stepTimeMs } from "../../simulator/stepTime.ts";
import { plainTiming } from "./engineRun.ts";

const load = { tokens: 1, contextTokens: 0, prefillPairs: 0 };

describe("step time", () => {
  it("is bound by memory until the batch is large, then by compute", () => {
    const timing = { ...plainTiming, computeMsPerToken: 1 };
    // 1 + max(9, 1), 1 + max(9, 9), 1 + max(9, 12)
    assert.equal(stepTimeMs(timing, load), 10);
    assert.equal(stepTimeMs(timing, { ...load, tokens: 9 }), 10);
    assert.equal(stepTimeMs(timing, { ...load, tokens: 12 }), 13);
  });

  it("reads more experts as the batch grows", () => {
    const timing = { ...plainTiming, denseWeightReadMs: 2, expertWeightReadMs: 8, expertShare: 0.25 };
    // One token touches 1/4 of the experts: 1 + 2 + 8 * 0.25. Two touch 1 - 0.75^2 = 7/16: 1 + 2 + 3.5.
    assert.equal(stepTimeMs(timing, load), 5);
    assert.equal(stepTimeMs(timing, { ...load, tokens: 2 }), 6.5);
    // In the end all of them: 1 + 2 + 8, and 64 * 0.1 ms of compute hide behind that.
    assert.ok(Math.abs(stepTimeMs(timing, { ...load, tokens: 64 }) - 11) < 1e-6);
  });

  it("adds what context and prompt attention cost", () => {
    const timing = { ...plainTiming, kvReadMsPerToken: 0.01, attentionMsPerTokenPair: 0.001 };
    // 10 + 500 * 0.01 + 2000 * 0.001
    assert.equal(stepTimeMs(timing, { tokens: 1, contextTokens: 500, prefillPairs: 2000 }), 17);
  });
});
