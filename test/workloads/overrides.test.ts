import assert from "node:assert/strict";
import fc from "fast-check";
import { applyOverrides, overrideAt, pathSteps } from "../../workloads/overrides.ts";

const key = fc.constantFrom("a", "b", "c", "std_dev", "__proto__", "constructor");
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.integer(),
    fc.string(),
    fc.constant(null),
    fc.dictionary(fc.constantFrom("a", "b", "c", "std_dev"), tie("node"), { maxKeys: 3, noNullPrototype: true }),
    fc.array(tie("node"), { maxLength: 3 }),
  ),
})).node;
type Tree = Record<PropertyKey, unknown>;
const at = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (place, step) => (Object.hasOwn((place ?? {}) as Tree, step) ? (place as Tree)[step] : undefined),
    root,
  );

/** Every place of a tree. */
function places(root: unknown, path: PropertyKey[] = []): PropertyKey[][] {
  if (typeof root !== "object" || root === null) return [path];
  const steps = Array.isArray(root) ? [...root.keys()] : Object.keys(root);
  return [path, ...steps.flatMap((step) => places((root as Tree)[step], [...path, step]))];
}
const dotted = (path: readonly PropertyKey[]): string => path.map(String).join(".");
const bracketed = (path: readonly PropertyKey[]): string =>
  path.map((step, i) => (typeof step === "number" ? `[${step}]` : `${i ? "." : ""}${String(step)}`)).join("");

describe("overrides", () => {
  it("lay one over another, and change none", () => {
    const stages = Object.freeze({ requests: 4, concurrency: Object.freeze([1]) });
    const tree = applyOverrides({}, { stages, "stages.concurrency": [2] });
    assert.deepEqual(tree, { stages: { requests: 4, concurrency: [2] } });
    assert.deepEqual(stages.concurrency, [1]);
    assert.deepEqual(applyOverrides({}, { "stages.concurrency": [2], stages }), tree, "in any order");
  });

  it("reach into lists, both ways of writing, and add at their end", () => {
    const before = { load: { stages: [{ rate: 1 }, { rate: 2 }] } };
    const rates = (overrides: Record<string, unknown>) =>
      (applyOverrides(before, overrides) as typeof before).load.stages.map(({ rate }) => rate);
    assert.deepEqual(rates({ "load.stages.0.rate": 5 }), [5, 2]);
    assert.deepEqual(rates({ "load.stages[1].rate": "7" }), [1, 7]);
    assert.deepEqual(rates({ "load.stages[2].rate": 9 }), [1, 2, 9]);
    assert.deepEqual(applyOverrides({}, { "stages[0].rate": 1 }), { stages: [{ rate: 1 }] });
    for (const path of ["load.stages[3].rate", "load.stages.last.rate", "load.stages.-1.rate"])
      assert.throws(() => rates({ [path]: 1 }), {
        message: /^workloadOverrides: .* is no place in this list of 2\. Allowed: 0 to 1, or 2 to add one\./,
      });
  });

  it("take a key with a dot in it in brackets and quotes", () => {
    assert.deepEqual(pathSteps('extraBody["a.b"].c[0]'), ["extraBody", "a.b", "c", 0]);
    assert.deepEqual(applyOverrides({}, { 'extraBody["a.b"]': 1 }), { extraBody: { "a.b": 1 } });
  });

  it("change no object but the copy, whatever the path is called", () => {
    const changed = applyOverrides({ a: {} }, { "__proto__.polluted": 1, "a.constructor.prototype.polluted": 1 });
    assert.equal(({} as Tree).polluted, undefined);
    assert.deepEqual(Object.keys(changed as object), ["a", "__proto__"], "it stands there as a key, to be refused");
  });

  it("set exactly the value at the path, for every tree and path, and leave the original alone", () => {
    fc.assert(
      fc.property(tree, fc.array(key, { minLength: 1, maxLength: 4 }), fc.integer(), (before, path, value) => {
        // A list is no object with names: such a path is refused, see above.
        fc.pre(path.every((_, i) => !Array.isArray(at(before, path.slice(0, i)))));
        const copy = structuredClone(before);
        assert.equal(at(applyOverrides(before, { [dotted(path)]: value }), path), value);
        assert.deepEqual(before, copy);
      }),
    );
  });

  it("leave every other place of the tree as it was, written either way", () => {
    fc.assert(
      fc.property(tree, fc.nat(), fc.integer(), fc.boolean(), (before, pick, value, dots) => {
        const all = places(before).filter((path) => path.length > 0);
        fc.pre(all.length > 0);
        const path = all[pick % all.length]!;
        const after = applyOverrides(before, { [dots ? dotted(path) : bracketed(path)]: value });
        for (const other of places(before)) {
          const related = other.every((step, i) => i >= path.length || step === path[i]);
          if (!related) assert.deepEqual(at(after, other), at(before, other), dotted(other));
        }
        assert.equal(at(after, path), value);
      }),
    );
  });

  it("are found again from the path of a mistake: the longest that holds it, else one of its parts", () => {
    const overrides = { data: {}, "data.images": { count: 0 }, "stages[0].rate": -1 };
    assert.deepEqual(overrideAt(["data", "images", "count"], overrides), {
      key: 'workloadOverrides["data.images"].count',
    });
    assert.deepEqual(overrideAt(["data", "form"], overrides), { key: 'workloadOverrides["data"].form' });
    assert.deepEqual(overrideAt(["stages", 0, "rate"], overrides), { key: 'workloadOverrides["stages[0].rate"]' });
    assert.deepEqual(overrideAt(["stages", 0], overrides), { key: 'workloadOverrides["stages[0].rate"]', value: -1 });
    assert.equal(overrideAt(["stages", 1, "rate"], overrides), null);
    assert.equal(overrideAt(["datas"], overrides), null, "a name that begins alike is another name");
  });
});
