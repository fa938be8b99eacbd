/**
 * Where a segment falls apart most: the split with the largest weighted energy distance between its two parts (E-divisive of
 * Matteson and James, exponent 1). Nothing is assumed about distributions, and a single outlier moves it little.
 * @param least points of each part, 2 or more
 * @returns index of the right part's first point; null: too short for two parts
 */
export function bestSplit(values: readonly number[], least: number): number | null {
  const n = values.length;
  let best = Number.NEGATIVE_INFINITY;
  let at: number | null = null;
  // Sums of distances within the left part, within the right one, and between them; a point moves from right to left at a time.
  let left = 0;
  let right = sumOfPairs(values);
  let between = 0;
  for (let split = 1; split <= n - least; split++) {
    const moved = values[split - 1] as number;
    const toLeft = distances(values, moved, 0, split - 1);
    const toRight = distances(values, moved, split, n);
    left += toLeft;
    right -= toRight;
    between += toRight - toLeft;
    if (split < least) continue;
    const [a, b] = [split, n - split];
    const energy = (2 * between) / (a * b) - left / ((a * (a - 1)) / 2) - right / ((b * (b - 1)) / 2);
    const weighted = ((a * b) / (a + b)) * energy;
    if (weighted > best) {
      best = weighted;
      at = split;
    }
  }
  return at;
}

function distances(values: readonly number[], from: number, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += Math.abs((values[i] as number) - from);
  return sum;
}

function sumOfPairs(values: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + distances(values, value, i + 1, values.length), 0);
}
