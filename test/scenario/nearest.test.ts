import assert from "node:assert/strict";
import fc from "fast-check";
import { editDistance, nearest } from "../../scenario/nearest.ts";

describe("nearest name", () => {
  it("finds typos, swaps, other spellings and shortened names", () => {
    assert.equal(nearest("modle", ["model", "method"]), "model");
    assert.equal(nearest("std", ["type", "mean", "stdDev"]), "stdDev");
    assert.equal(nearest("max_model_len", ["maxModelLen", "maxNumSeqs"]), "maxModelLen");
    assert.equal(nearest("H100-80", ["h100-80", "a100-80"]), "h100-80");
  });

  it("names nothing where nothing is near", () => {
    assert.equal(nearest("colour", ["model", "gpu", "seed"]), null);
    assert.equal(nearest("x", []), null);
  });

  it("measures a distance: symmetric, zero only for equals, at most the longer length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b);
        assert.equal(distance, editDistance(b, a));
        assert.equal(distance === 0, a === b);
        assert.ok(distance <= Math.max(a.length, b.length) && distance >= Math.abs(a.length - b.length));
      }),
    );
  });
});
