import assert from "node:assert/strict";
import fc from "fast-check";
import { resample, slopeError, theilSen, trendOf } from "../../../analysis/validity/trend.ts";
import { normal, seededRandom } from "../fakeEngine.ts";

const series = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 4, maxLength: 32 });
const near = (a: number, b: number) =>
  assert.ok(Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b)), `${a} ${b}`);

describe("trend of a series", function () {
  this.timeout(60_000);

  it("is the slope of a line, and takes one wild value for nothing", () => {
    assert.equal(theilSen([1, 3, 5, 7, 9]), 2);
    assert.equal(theilSen([1, 3, 5, 7, 1000]), 2);
    // Sen 1968, by hand: slopes 1, 2, 0.5, 3, 0.25 and -2.5 of (1, 2, 5, 2.5).
    near(theilSen([1, 2, 5, 2.5]), (0.5 + 1) / 2);
  });

  it("turns with the series, scales with it and does not mind a constant", () => {
    fc.assert(
      fc.property(series, fc.double({ min: -100, max: 100, noNaN: true }), (values, factor) => {
        const slope = theilSen(values);
        near(theilSen(values.toReversed()), -slope);
        near(theilSen(values.map((value) => factor * value + 7)), factor * slope);
      }),
    );
  });

  it("is found in noise by chance in about as many series as p says", () => {
    const random = seededRandom(5);
    const trials = 50;
    let found = 0;
    for (let i = 0; i < trials; i++) {
      const noise = Float64Array.from({ length: 24 }, () => normal(random));
      if (trendOf(noise).p < 0.05) found++;
    }
    // Blocks of a short series vary less than the series: that is why a slope must be three standard errors from 0 too.
    assert.ok(found / trials < 0.25, `${found} of ${trials}`);
  });

  it("is surer the steeper it is, and the same every time", () => {
    const random = seededRandom(6);
    const noise = Array.from({ length: 24 }, () => normal(random));
    const p = (slope: number) => trendOf(Float64Array.from(noise, (value, i) => value + slope * i)).p;
    assert.ok(p(1) <= 0.002);
    assert.equal(p(0.1), p(0.1));
  });

  it("has a larger error where neighbours depend on each other", () => {
    const random = seededRandom(7);
    const free = Array.from({ length: 32 }, () => normal(random));
    let level = 0;
    const bound = free.map((value) => (level = 0.8 * level + 0.6 * value));
    assert.ok(slopeError(bound, theilSen(bound)) > 1.5 * slopeError(free, theilSen(free)));
    assert.equal(slopeError([1, 2, 3, 4], 1), 0);
  });

  it("puts series together from values that are there, in blocks", () => {
    const from = Float64Array.from({ length: 10 }, (_, i) => i);
    const into = new Float64Array(10);
    resample(from, into, 5, seededRandom(1));
    for (const start of [0, 5])
      for (let i = 1; i < 5; i++) assert.equal(into[start + i], ((into[start] as number) + i) % 10);
  });
});
