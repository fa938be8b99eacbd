export interface Point {
  readonly ms: number;
  readonly value: number;
}

/** A sample tells of no more than this on either side of it: what was in a longer gap, nobody knows. */
const LONGEST_REACH_MS = 5000;

/**
 * Mean over the time from `fromMs` to `toMs`, each sample standing for the time that is nearest to it. Over samples, a
 * busy server that answers late would count less; between a border and the first sample a line would count idleness.
 * Points outside the window are left out. null: no sample in it.
 */
export function timeWeightedMean(points: readonly Point[], fromMs: number, toMs: number): number | null {
  const inside = within(points, fromMs, toMs);
  let weight = 0;
  let total = 0;
  inside.forEach(({ ms, value }, i) => {
    const before = inside[i - 1];
    const after = inside[i + 1];
    const left = Math.min(LONGEST_REACH_MS, before === undefined ? ms - fromMs : (ms - before.ms) / 2);
    const right = Math.min(LONGEST_REACH_MS, after === undefined ? toMs - ms : (after.ms - ms) / 2);
    weight += left + right;
    total += value * (left + right);
  });
  if (weight > 0) return total / weight;
  return inside.length === 0 ? null : inside.reduce((sum, { value }) => sum + value, 0) / inside.length;
}

export function within(points: readonly Point[], fromMs: number, toMs: number): readonly Point[] {
  return points.filter(({ ms }) => ms >= fromMs && ms <= toMs);
}

/** Area below the line through the points: watts to joules. null: fewer than two points, or a gap longer than `longestGapMs`. */
export function trapezoid(points: readonly Point[], longestGapMs: number): number | null {
  if (points.length < 2) return null;
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1] as Point, points[i] as Point];
    if (b.ms - a.ms > longestGapMs) return null;
    area += ((a.value + b.value) / 2) * ((b.ms - a.ms) / 1000);
  }
  return area;
}
