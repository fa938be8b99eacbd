import assert from "node:assert/strict";
import quantile from "@stdlib/stats-base-dists-t-quantile";
import fc from "fast-check";
import { geometricMean, holm, ratioInterval, repetitionsNeeded } from "../../analysis/statistics.ts";
import { normal, seededRandom } from "./fakeEngine.ts";

const positive = fc.array(fc.double({ min: 0.1, max: 1000, noNaN: true }), { minLength: 2, maxLength: 8 });
const close = (actual: number, expected: number, relative = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected}`);

describe("Student's t", () => {
  it("has the quantiles of the published tables", () => {
    const table: [degrees: number, t: number][] = [
      [1, 12.706],
      [2, 4.303],
      [4, 2.776],
      [8, 2.306],
      [10, 2.228],
      [30, 2.042],
      [120, 1.98],
    ];
    for (const [degrees, t] of table) assert.equal(Number(quantile(0.975, degrees).toFixed(3)), t);
  });
});

describe("the interval of a ratio", () => {
  it("is what one works out by hand", () => {
    // logs: candidate 0, ln 4 (mean ln 2, variance (ln 2)^2 * 2); baseline the same, times nothing: ratio 1.
    // error^2 = 2 * (2 (ln 2)^2 / 2) = 2 (ln 2)^2, freedom = 2, t = 4.302653; factor = exp(4.302653 * ln 2 * sqrt 2)
    const interval = ratioInterval([1, 4], [1, 4])!;
    close(interval.ratio, 1);
    close(interval.factor, Math.exp(4.302652729749464 * Math.LN2 * Math.SQRT2));
    close(interval.high, interval.factor);
    close(interval.low, 1 / interval.factor);
  });

  it("counts degrees of freedom as Welch does when the sides differ in spread", () => {
    // logs of the candidate: -0.1, 0, 0.1 (variance 0.01, error^2 0.01 / 3); baseline: -0.01, 0.01 (variance 2e-4, error^2 1e-4)
    const candidate = [-0.1, 0, 0.1].map(Math.exp);
    const baseline = [-0.01, 0.01].map(Math.exp);
    const a = 0.01 / 3;
    const b = 1e-4;
    const freedom = (a + b) ** 2 / (a ** 2 / 2 + b ** 2 / 1);
    close(ratioInterval(candidate, baseline)!.factor, Math.exp(quantile(0.975, freedom) * Math.sqrt(a + b)));
  });

  it("needs two repetitions on each side, and shrinks to a point without any spread", () => {
    assert.equal(ratioInterval([1], [1, 2]), null);
    assert.equal(ratioInterval([1, 2], []), null);
    const { ratio, low, high, factor } = ratioInterval([3, 3], [2, 2])!;
    close(ratio, 1.5);
    assert.deepEqual([low, high, factor], [ratio, ratio, 1]);
  });

  it("turns round when the systems are swapped and does not care for the unit", () => {
    fc.assert(
      fc.property(positive, positive, fc.double({ min: 0.001, max: 1000, noNaN: true }), (a, b, unit) => {
        const there = ratioInterval(a, b)!;
        const back = ratioInterval(b, a)!;
        close(there.ratio * back.ratio, 1, 1e-6);
        close(there.low * back.high, 1, 1e-6);
        const scaled = ratioInterval(
          a.map((value) => value * unit),
          b.map((value) => value * unit),
        )!;
        close(scaled.ratio, there.ratio, 1e-6);
        assert.ok(there.low <= there.ratio && there.ratio <= there.high);
        close(there.ratio, geometricMean(a) / geometricMean(b), 1e-9);
      }),
    );
  });

  it("misses the truth in about one of twenty comparisons of equal systems", () => {
    const random = seededRandom(20_261_122);
    const draw = (n: number) => Array.from({ length: n }, () => Math.exp(0.05 * normal(random)));
    for (const n of [3, 5]) {
      const trials = 1500;
      let misses = 0;
      for (let i = 0; i < trials; i++) {
        const { low, high } = ratioInterval(draw(n), draw(n))!;
        if (low > 1 || high < 1) misses++;
      }
      // Binomial(1500, 0.05) stays within 0.029..0.073 but once in 10,000 times; Welch is a little below 5 % at n = 3.
      assert.ok(
        misses / trials > 0.02 && misses / trials < 0.075,
        `n = ${n}: ${(100 * misses) / trials} % false alarms`,
      );
    }
  });

  it("finds 15 % between runs that spread by 3 %, five on each side, nearly always", () => {
    const random = seededRandom(7);
    const draw = (centre: number) => Array.from({ length: 5 }, () => centre * Math.exp(0.03 * normal(random)));
    let found = 0;
    for (let i = 0; i < 300; i++) if (ratioInterval(draw(1 / 1.15), draw(1))!.high < 1) found++;
    assert.ok(found > 290, `${found} of 300`);
  });
});

describe("the p of no change", () => {
  it("is that of the published tables: 0.05 at t = 2.776 with 4 degrees of freedom", () => {
    // Three logs a side, both 0, s, -s apart from their centre: error^2 = 2 s^2 / 3, Welch's freedom is 4.
    const side = (centre: number) => [-0.1, 0, 0.1].map((offset) => Math.exp(centre + offset));
    const { p, low } = ratioInterval(side(2.776445 * Math.sqrt(0.02 / 3)), side(0))!;
    close(p, 0.05, 1e-4);
    close(low, 1, 1e-4);
  });

  it("is below 5 % exactly where the interval leaves 1 out, and the same for swapped systems", () => {
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        const { p, low, high } = ratioInterval(a, b)!;
        assert.ok(p >= 0 && p <= 1);
        if (Math.abs(p - 0.05) > 1e-6) assert.equal(p < 0.05, low > 1 || high < 1);
        close(ratioInterval(b, a)!.p, p, 1e-6);
      }),
    );
  });

  it("is told far below what a double near 1 could", () => {
    const { p } = ratioInterval([1, 1.001, 0.999, 1, 1.0005], [2, 2.001, 1.999, 2, 2.0005])!;
    assert.ok(p > 0 && p < 1e-16, `${p}`);
  });

  it("without any spread is 1 for equal and 0 for other values", () => {
    assert.equal(ratioInterval([3, 3], [3, 3])!.p, 1);
    assert.equal(ratioInterval([3, 3], [2, 2])!.p, 0);
  });
});

describe("Holm's correction", () => {
  it("is what one works out by hand", () => {
    // 0.01 x 4, 0.02 x 3, then 0.03 x 2 = 0.06, and 0.04 x 1, which may not be below the one before it.
    const adjusted = holm([0.04, 0.01, 0.03, 0.02]);
    for (const [i, expected] of [0.06, 0.04, 0.06, 0.06].entries()) close(adjusted[i]!, expected);
    assert.deepEqual(holm([0.5, 0.7]), [1, 1]);
    assert.deepEqual(holm([0.03]), [0.03]);
    assert.deepEqual(holm([]), []);
  });

  it("never lowers a p, keeps their order, and rejects what the step-down rule does", () => {
    const probabilities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
    fc.assert(
      fc.property(probabilities, (p) => {
        const adjusted = holm(p);
        const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]!);
        let rejecting = true;
        order.forEach((index, rank) => {
          assert.ok(adjusted[index]! >= p[index]! && adjusted[index]! <= 1);
          if (rank > 0) assert.ok(adjusted[index]! >= adjusted[order[rank - 1]!]!);
          rejecting &&= (p.length - rank) * p[index]! < 0.05;
          assert.equal(adjusted[index]! < 0.05, rejecting);
        });
      }),
    );
  });
});

describe("the number of repetitions that would do", () => {
  it("is about 2 (t c / d)^2", () => {
    // spread 5 % on the log scale, margin 5 %: n = 10 gives t(18) = 2.101, 2.101 * 0.05 * sqrt(2 / 10) = 0.047 < ln 1.05 = 0.0488
    // and n = 9 gives t(16) = 2.120, 0.05 * 2.120 * sqrt(2 / 9) = 0.04997 > 0.0488.
    const pair = [Math.exp(-0.05 / Math.SQRT2), Math.exp(0.05 / Math.SQRT2)];
    assert.equal(repetitionsNeeded(pair, pair, 1.05), 10);
  });

  it("is not given where it would be hopeless", () => {
    assert.equal(repetitionsNeeded([1, 1e9], [1, 1e9], 1.05), null);
    assert.equal(repetitionsNeeded([1, 1.01], [1, 1.01], 1), null);
  });
});
