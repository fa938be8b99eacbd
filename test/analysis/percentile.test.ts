import assert from "node:assert/strict";
import fc from "fast-check";
import { missedFloor, percentile, ranked, sampleFloor, summarise } from "../../analysis/percentile.ts";

const sorted = (values: number[]) => Float64Array.from(values).sort();

describe("percentile", () => {
  it("interpolates as numpy does by default", () => {
    // numpy.percentile([15, 20, 35, 40, 50], [5, 30, 40, 50, 100]) = [16, 23, 29, 35, 50]: position (n - 1) p = 0.2, 1.2, 1.6, 2, 4
    const values = ranked(sorted([15, 20, 35, 40, 50]));
    assert.deepEqual(
      [0.05, 0.3, 0.4, 0.5, 1].map((p) => Number(percentile(values, p).toFixed(9))),
      [16, 23, 29, 35, 50],
    );
    assert.equal(percentile(ranked(sorted([7])), 0.99), 7);
    assert.ok(Number.isNaN(percentile(ranked(new Float64Array()), 0.5)));
  });

  it("is infinite as soon as one of its two ranks is", () => {
    // n = 5, p75 takes rank 3 exactly; p80 lies between rank 3 and the infinite rank 4.
    const values = ranked(sorted([1, 2, 3, 4, Number.POSITIVE_INFINITY]));
    assert.equal(percentile(values, 0.75), 4);
    assert.equal(percentile(values, 0.8), Number.POSITIVE_INFINITY);
  });

  it("lies between its neighbours, grows with p and ignores order", () => {
    const numbers = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        numbers,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, a, b) => {
          const ascending = sorted(values);
          const [low, high] = [Math.min(a, b), Math.max(a, b)].map((p) => percentile(ranked(ascending), p)) as [
            number,
            number,
          ];
          const slack = 1e-6;
          assert.ok(low <= high + slack);
          const position = (values.length - 1) * Math.min(a, b);
          assert.ok(low >= ascending[Math.floor(position)]! - slack && low <= ascending[Math.ceil(position)]! + slack);
        },
      ),
    );
  });
});

describe("sample floors", () => {
  it("are those of MLPerf's early stopping with one failure allowed", () => {
    assert.deepEqual(
      [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999].map((p) => sampleFloor(p)),
      [130, 24, 11, 24, 64, 130, 662, 6636],
    );
  });

  it("withhold a percentile one sample below and give it at the floor", () => {
    const summary = (n: number) =>
      summarise(
        Float64Array.from({ length: n }, (_, i) => i),
        { whenEmpty: "none" },
      );
    assert.deepEqual(summary(661).p99, { value: null, reason: "n = 661, p99 needs 662" });
    assert.notEqual(summary(662).p99.value, null);
    assert.deepEqual(summary(10).p50, { value: null, reason: "n = 10, p50 needs 11" });
    assert.deepEqual(summary(11).p50, { value: 5 });
    assert.equal(missedFloor("n = 661, p99 needs 662"), 662);
    assert.equal(missedFloor("unbounded (3.2 % failed)"), null);
  });
});

describe("a summary", () => {
  it("is empty with the reason, never 0", () => {
    const summary = summarise(new Float64Array(), { whenEmpty: "no successful request" });
    const { n, ...values } = summary;
    assert.equal(n, 0);
    for (const measured of Object.values(values))
      assert.deepEqual(measured, { value: null, reason: "no successful request" });
  });

  it("names the failures where they reach into a value", () => {
    // 100 values, 10 of them infinite: rank 89 is the last finite one; p50 takes ranks 49 and 50, p90 ranks 89 and 90.
    const values = Float64Array.from({ length: 100 }, (_, i) => (i < 10 ? Number.POSITIVE_INFINITY : i));
    const summary = summarise(values, { whenEmpty: "none", whenUnbounded: "unbounded (10.0 % failed)" });
    const unbounded = { value: null, reason: "unbounded (10.0 % failed)" };
    assert.deepEqual([summary.p90, summary.max, summary.mean], [unbounded, unbounded, unbounded]);
    assert.deepEqual(summary.min, { value: 10 });
    assert.deepEqual(summary.p50, { value: 59.5 });
    assert.equal(summary.n, 100);
  });

  it("means what a plain loop over the values means", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 200 }), (values) => {
        const summary = summarise(Float64Array.from(values), { whenEmpty: "none" });
        assert.equal(summary.min.value, Math.min(...values));
        assert.equal(summary.max.value, Math.max(...values));
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        assert.ok(Math.abs(summary.mean.value! - mean) <= 1e-9 * Math.max(1, mean));
      }),
    );
  });
});
