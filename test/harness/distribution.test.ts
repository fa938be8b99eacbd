import assert from "node:assert/strict";
import fc from "fast-check";
import { sampleLength } from "../../harness/distribution.ts";
import type { Distribution } from "../../harness/plan.ts";
import { purposes, streamKey } from "../../harness/random.ts";

const key = streamKey(7, 0, purposes.inputLength);
const sample = (distribution: Distribution, n: number): number[] =>
  Array.from({ length: n }, (_, i) => sampleLength(distribution, key, i));
const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
function stdDev(values: number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((v) => (v - centre) ** 2)));
}

describe("sampleLength", () => {
  it("has the asked mean and standard deviation", () => {
    const bounds = { min: 1, max: 100_000 };
    for (const type of ["normal", "lognormal"] as const) {
      const values = sample({ type, mean: 500, stdDev: 100, ...bounds }, 20_000);
      assert.ok(Math.abs(mean(values) - 500) < 4, `${type} mean ${mean(values)}`);
      assert.ok(Math.abs(stdDev(values) - 100) < 4, `${type} sd ${stdDev(values)}`);
    }
    const uniform = sample({ type: "uniform", min: 1, max: 9 }, 20_000);
    assert.deepEqual([Math.min(...uniform), Math.max(...uniform)], [1, 9]);
    assert.ok(Math.abs(mean(uniform) - 5) < 0.08);
    assert.deepEqual(new Set(sample({ type: "fixed", value: 7 }, 10)), new Set([7]));
  });

  it("stays within its bounds and is a pure function of its place", () => {
    const distribution = fc.oneof(
      fc.record({
        type: fc.constant("uniform" as const),
        min: fc.integer({ min: 1, max: 50 }),
        max: fc.integer({ min: 50, max: 99 }),
      }),
      fc.record({
        type: fc.constantFrom("normal" as const, "lognormal" as const),
        mean: fc.double({ min: 1, max: 200, noNaN: true }),
        stdDev: fc.double({ min: 0, max: 300, noNaN: true }),
        min: fc.integer({ min: 1, max: 50 }),
        max: fc.integer({ min: 50, max: 99 }),
      }),
    );
    fc.assert(
      fc.property(distribution, fc.nat(), (d, i) => {
        const value = sampleLength(d, key, i);
        assert.ok(Number.isInteger(value) && value >= d.min && value <= d.max, String(value));
        assert.equal(sampleLength(d, key, i), value);
      }),
    );
  });
});
