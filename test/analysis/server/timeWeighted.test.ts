import assert from "node:assert/strict";
import fc from "fast-check";
import { timeWeightedMean, trapezoid } from "../../../analysis/server/timeWeighted.ts";

const points = fc
  .uniqueArray(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 20 })
  .chain((times) =>
    fc.tuple(
      ...times
        .toSorted((a, b) => a - b)
        .map((ms) => fc.record({ ms: fc.constant(ms), value: fc.integer({ min: 0, max: 100 }) })),
    ),
  );

describe("timeWeightedMean", () => {
  it("lies between the smallest and the largest sample, and is their value where all are alike", () => {
    fc.assert(
      fc.property(points, (given) => {
        const mean = timeWeightedMean(given, 0, 20_000) as number;
        const values = given.map(({ value }) => value);
        assert.ok(mean >= Math.min(...values) - 1e-9 && mean <= Math.max(...values) + 1e-9);
        assert.ok(
          Math.abs(
            (timeWeightedMean(
              given.map(({ ms }) => ({ ms, value: 7 })),
              0,
              20_000,
            ) as number) - 7,
          ) < 1e-9,
        );
      }),
    );
  });

  it("does not change when a sample is told twice in a short time, as a mean over samples would", () => {
    const steady = [500, 1500, 2500, 3500].map((ms, i) => ({ ms, value: i < 2 ? 10 : 20 }));
    const busy = [...steady, ...[3501, 3502, 3503].map((ms) => ({ ms, value: 20 }))];
    assert.equal(timeWeightedMean(steady, 0, 4000), 15);
    assert.ok(Math.abs((timeWeightedMean(busy, 0, 4000) as number) - 15) < 0.01);
  });

  it("leaves out what is outside the window, and a gap of which nobody knows", () => {
    assert.equal(
      timeWeightedMean(
        [
          { ms: -1, value: 0 },
          { ms: 500, value: 8 },
          { ms: 1001, value: 0 },
        ],
        0,
        1000,
      ),
      8,
    );
    assert.equal(timeWeightedMean([{ ms: -1, value: 0 }], 0, 1000), null);
    // 5 s of each side at most: 100 s of nothing do not count for the first sample.
    assert.equal(
      timeWeightedMean(
        [
          { ms: 0, value: 10 },
          { ms: 100_000, value: 20 },
        ],
        0,
        100_000,
      ),
      15,
    );
  });
});

describe("trapezoid", () => {
  it("is watts times seconds, and none over a gap", () => {
    const watts = [0, 1000, 2000].map((ms) => ({ ms, value: 300 }));
    assert.equal(trapezoid(watts, 3000), 600);
    assert.equal(trapezoid([...watts, { ms: 5001, value: 300 }], 3000), null);
    assert.equal(trapezoid(watts.slice(0, 1), 3000), null);
  });
});
