import assert from "node:assert/strict";
import fc from "fast-check";
import { tailPoints } from "../../analysis/tail.ts";

describe("the tail of a distribution", () => {
  it("is the share of values beyond each time: from all of them down to two", () => {
    const points = tailPoints(Float64Array.from({ length: 1000 }, (_, i) => 1000 - i));
    assert.deepEqual(points[0], [1, 1]);
    assert.deepEqual(points.at(-1), [999, 0.002]);
    for (const [ms, share] of points) assert.equal(share, (1000 - ms + 1) / 1000);
  });

  it("ends where failed requests begin, and counts them: they are longer than any time", () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => (i < 90 ? i : Number.POSITIVE_INFINITY));
    const points = tailPoints(values);
    assert.ok(points.every(([ms, share]) => Number.isFinite(ms) && share > 0.1));
  });

  it("has nothing to say of one value", () => assert.deepEqual(tailPoints(Float64Array.of(7)), []));

  it("falls, and tells the truth about every point", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 400 }),
        (values) => {
          const points = tailPoints(Float64Array.from(values));
          assert.ok(points.length > 0 && points.length <= 48);
          points.forEach(([ms, share], i) => {
            assert.ok(i === 0 || (share < points[i - 1]![1] && ms >= points[i - 1]![0]));
            const beyond = values.filter((value) => value >= ms * (1 - 1e-5)).length / values.length;
            assert.ok(beyond >= share - 1e-12);
          });
        },
      ),
    );
  });
});
