import assert from "node:assert/strict";
import fc from "fast-check";
import { mannWhitney } from "../../analysis/mannWhitney.ts";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const rounded = (p: number | null, digits = 4) => p?.toFixed(digits);

/** All ways to choose `size` of `values`, by their sums: the definition, too slow for the product. */
function byEnumeration(a: readonly number[], b: readonly number[]): number {
  const pooled = [...a, ...b];
  const ranks = pooled.map(
    (value) =>
      pooled.filter((other) => other < value).length + (pooled.filter((other) => other === value).length + 1) / 2,
  );
  const middle = (a.length * (pooled.length + 1)) / 2;
  const distance = Math.abs(ranks.slice(0, a.length).reduce((sum, rank) => sum + rank, 0) - middle);
  let all = 0;
  let asFar = 0;
  for (let mask = 0; mask < 2 ** pooled.length; mask++) {
    const chosen = ranks.filter((_, i) => (mask >> i) & 1);
    if (chosen.length !== a.length) continue;
    all++;
    if (Math.abs(chosen.reduce((sum, rank) => sum + rank, 0) - middle) >= distance - 1e-9) asFar++;
  }
  return asFar / all;
}

describe("the Mann-Whitney test", () => {
  it("has the smallest p of the published tables", () => {
    assert.equal(rounded(mannWhitney(range(1, 4), range(5, 8))), "0.0286"); // 2 of 70
    assert.equal(rounded(mannWhitney(range(1, 5), range(6, 10))), "0.0079"); // 2 of 252
    assert.equal(rounded(mannWhitney(range(1, 6), range(7, 12))), "0.0022"); // 2 of 924
  });

  it("has the critical values of the published tables: U at or below them is below 5 %, one more is not", () => {
    // Sides of n and U: two-sided 5 %.
    const table = [
      [5, 2],
      [6, 5],
      [7, 8],
      [8, 13],
      [10, 23],
    ] as const;
    /** 1..n against n+1.., with single steps moved across until U is as asked. */
    const withU = (n: number, u: number) => {
      const a = range(1, n);
      let left = u;
      for (let i = n - 1; i >= 0 && left > 0; i--) {
        const step = Math.min(left, n);
        a[i] = a[i]! + step;
        left -= step;
      }
      return [a, range(1, 2 * n).filter((rank) => !a.includes(rank))] as const;
    };
    for (const [n, critical] of table) {
      assert.ok(mannWhitney(...withU(n, critical))! <= 0.05, `n = ${n}, U = ${critical}`);
      assert.ok(mannWhitney(...withU(n, critical + 1))! > 0.05, `n = ${n}, U = ${critical + 1}`);
    }
  });

  it("is exact with equal values too: what counting every deal gives", () => {
    const side = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 4, maxLength: 5 });
    fc.assert(
      fc.property(side, side, (a, b) => {
        assert.ok(Math.abs(mannWhitney(a, b)! - byEnumeration(a, b)) < 1e-12);
        assert.equal(mannWhitney(a, b), mannWhitney(b, a));
      }),
      { numRuns: 60 },
    );
  });

  it("says nothing below four or above twenty a side, and still counts without loss at twenty", () => {
    assert.equal(mannWhitney(range(1, 3), range(4, 9)), null);
    assert.equal(mannWhitney(range(1, 21), range(22, 42)), null);
    const ways = 137_846_528_820; // 40 over 20
    assert.ok(Math.abs((mannWhitney(range(1, 20), range(21, 40))! * ways) / 2 - 1) < 1e-9);
    assert.equal(mannWhitney([1, 1, 1, 1], [1, 1, 1, 1]), 1);
  });
});
