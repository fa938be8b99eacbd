/** Beyond it the exact distribution says what the interval says, and its table grows with the fourth power. */
export const largestSide = 20;

/** With three values a side the smallest possible p is 0.1: it could never speak against anything. */
export const smallestSide = 4;

/**
 * Two-sided p of the Mann-Whitney test that two samples come from one distribution: the exact share of all ways to deal the
 * pooled ranks out that are at least as far from the middle. Equal values share the mean of their ranks, and the share stays
 * exact. No assumption about the distribution, unlike Welch's t on logarithms.
 * @returns null with fewer than `smallestSide` or more than `largestSide` values on a side
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): number | null {
  if (Math.min(a.length, b.length) < smallestSide || Math.max(a.length, b.length) > largestSide) return null;
  const ranks = doubledRanks([...a, ...b]);
  const ways = waysToSum(ranks, a.length);
  const middle = (a.length * sum(ranks)) / ranks.length;
  const distance = Math.abs(sum(ranks.slice(0, a.length)) - middle);
  let all = 0;
  let asFar = 0;
  for (const [total, count] of ways.entries()) {
    all += count;
    if (Math.abs(total - middle) >= distance) asFar += count;
  }
  return asFar / all;
}

/** Twice the rank from 1, so that the mean of two neighbours is a whole number too. */
function doubledRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return 2 * below + equal + 1;
  });
}

/** At each sum: in how many ways `size` of the ranks add up to it. Counts stay below 2^53 at twenty of forty. */
function waysToSum(ranks: readonly number[], size: number): Float64Array {
  const width = sum(ranks) + 1;
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(width));
  (ways[0] as Float64Array)[0] = 1;
  for (const rank of ranks) {
    for (let chosen = size; chosen >= 1; chosen--) {
      const from = ways[chosen - 1] as Float64Array;
      const to = ways[chosen] as Float64Array;
      for (let total = width - 1; total >= rank; total--)
        to[total] = (to[total] as number) + (from[total - rank] as number);
    }
  }
  return ways[size] as Float64Array;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
