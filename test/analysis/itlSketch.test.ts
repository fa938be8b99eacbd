import assert from "node:assert/strict";
import fc from "fast-check";
import { addGap, mergeSketches, newSketch, SketchView } from "../../analysis/itlSketch.ts";
import { percentile, ranked } from "../../analysis/percentile.ts";

const gaps = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 0, max: 100_000 }),
    fc.integer({ min: 0, max: 4_000_000_000 }),
  ),
  { minLength: 1, maxLength: 300 },
);

function sketchOf(micros: readonly number[]): Float64Array {
  const sketch = newSketch();
  for (const gap of micros) addGap(sketch, gap);
  return sketch;
}

describe("the ITL sketch", () => {
  it("gives every percentile and the mean within 0.1 % of the exact value", () => {
    fc.assert(
      fc.property(gaps, fc.double({ min: 0, max: 1, noNaN: true }), (micros, p) => {
        const exact = percentile(ranked(Float64Array.from(micros, (gap) => gap / 1000).sort()), p);
        const view = new SketchView(sketchOf(micros));
        assert.equal(view.n, micros.length);
        assert.ok(Math.abs(percentile(view, p) - exact) <= 0.001 * exact, `${percentile(view, p)} for ${exact}`);
        const mean = micros.reduce((sum, gap) => sum + gap, 0) / micros.length / 1000;
        assert.ok(Math.abs(view.meanMs - mean) <= 0.001 * mean + 1e-12);
      }),
    );
  });

  it("holds the bound for every whole microsecond around the end of its lookup table", () => {
    const micros = Array.from({ length: 4_000 }, (_, i) => (i < 2_000 ? i + 1 : 64_536 - 2_000 + i));
    const view = new SketchView(sketchOf(micros));
    micros.forEach((gap, rank) => {
      assert.ok(Math.abs(view.at(rank) * 1000 - gap) <= 0.001 * gap, `${gap} us became ${view.at(rank) * 1000}`);
    });
  });

  it("merges in any order and grouping to the sketch of all gaps", () => {
    fc.assert(
      fc.property(gaps, gaps, gaps, (a, b, c) => {
        const [x, y, z] = [a, b, c].map(sketchOf) as [Float64Array, Float64Array, Float64Array];
        const all = sketchOf([...a, ...b, ...c]);
        assert.deepEqual(mergeSketches([mergeSketches([x, y]), z]), all);
        assert.deepEqual(mergeSketches([mergeSketches([z, x]), y]), all);
        assert.deepEqual(mergeSketches([x]), x);
      }),
      { numRuns: 20 },
    );
  });

  it("keeps a gap of nothing as nothing and counts the absurdly long", () => {
    const view = new SketchView(sketchOf([0, 0, 0, 400_000_000_000]));
    assert.equal(view.at(2), 0);
    // 400,000 s is counted as one day, the longest that there is.
    assert.ok(Math.abs(view.at(3) / 86_400_000 - 1) < 0.001);
  });

  it("refuses to merge what is no sketch of its own", () => {
    assert.throws(() => mergeSketches([newSketch(), new Float64Array(3)]), /sketch of 3 buckets cannot be merged/);
  });
});
