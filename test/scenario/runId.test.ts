import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, fingerprint, runId } from "../../scenario/runId.ts";

describe("run id", () => {
  it("is target, eight digits of the fingerprint and the repetition", () => {
    assert.equal(runId("engine-a", "0123456789abcdef", 3), "engine-a-01234567-r3");
  });

  it("has the SHA-256 of canonical JSON as fingerprint", () => {
    assert.equal(
      canonicalJson({ b: [1, "x", null], a: { d: true, c: undefined } }),
      '{"a":{"d":true},"b":[1,"x",null]}',
    );
    // printf '{"a":1}' | sha256sum
    assert.equal(fingerprint({ a: 1 }), "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
  });

  it("does not depend on the order of keys, but on every value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (tree) => {
        const reversed = Object.fromEntries(Object.entries(tree).reverse());
        assert.equal(fingerprint(reversed), fingerprint(tree));
        const [key] = Object.keys(tree);
        assert.notEqual(fingerprint({ ...tree, [key!]: [tree[key!]] }), fingerprint(tree));
        assert.deepEqual(JSON.parse(canonicalJson(tree)), JSON.parse(JSON.stringify(tree)));
      }),
    );
  });

  it("refuses what JSON would quietly change", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, () => 0])
      assert.throws(() => fingerprint([value]), TypeError);
  });
});
