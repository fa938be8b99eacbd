import { studentCdf } from "../distributions.ts";
import { bestSplit } from "./energy.ts";

/** The level of a series changed, and stayed. */
export interface ChangePoint {
  /** The first point of the new level. */
  readonly index: number;
  /** Mean since the change before, and mean until the next one. */
  readonly before: number;
  readonly after: number;
  /** Two-sided, of no change; small by selection too, so it says how weak a point is, not how likely. */
  readonly p: number;
}

export interface Detection {
  /** Fewer points than this have no change points: every search would find some. */
  readonly leastPoints: number;
  /** Points of a level; fewer are outliers until more of them come. */
  readonly leastLevel: number;
  /** Points that are looked at together: an old level must not hide a new one. */
  readonly window: number;
  readonly maxP: number;
  /** A change below this share matters to nobody, however sure it is. */
  readonly leastChange: number;
}

/** Half of the p of Hunter: half as many false ones (docs/ci.md), and none is found later for it. */
export const shippedDetection: Detection = {
  leastPoints: 12,
  leastLevel: 3,
  window: 50,
  maxP: 0.0005,
  leastChange: 0.03,
};

/**
 * Change points after Hunter (Fleming and others, 2023): weak candidates first, by E-divisive in windows that overlap by half
 * and a t-test at ten times the p; then the weakest is taken out, its neighbours are tested again over the longer levels, and
 * so on until all hold. No random numbers: the same series has the same points.
 */
export function changePoints(values: readonly number[], options: Detection = shippedDetection): ChangePoint[] {
  if (values.length < options.leastPoints) return [];
  const splits = weakSplits(values, options);
  for (;;) {
    const points = splits.map((index, i) =>
      changeAt(values, splits[i - 1] ?? 0, index, splits[i + 1] ?? values.length),
    );
    const weakest = weakestOf(points, options);
    if (weakest === null) return points;
    splits.splice(weakest, 1);
  }
}

/** Index of the point to take out: the least sure one, else the smallest one; null: all hold. */
function weakestOf(points: readonly ChangePoint[], { maxP, leastChange }: Detection): number | null {
  const unsure = extreme(points, ({ p }) => p);
  if (unsure === null || (points[unsure] as ChangePoint).p > maxP) return unsure;
  const small = extreme(points, (point) => -magnitude(point)) as number;
  return magnitude(points[small] as ChangePoint) < leastChange ? small : null;
}

function extreme(points: readonly ChangePoint[], of: (point: ChangePoint) => number): number | null {
  let at: number | null = null;
  points.forEach((point, i) => {
    if (at === null || of(point) > of(points[at] as ChangePoint)) at = i;
  });
  return at;
}

/** As a share of the smaller level, so that a fall and the rise back are of one size. */
export function magnitude({ before, after }: Pick<ChangePoint, "before" | "after">): number {
  return Math.max(before, after) / Math.min(before, after) - 1;
}

function weakSplits(values: readonly number[], options: Detection): number[] {
  const found = new Set<number>();
  const step = Math.floor(options.window / 2);
  for (let start = 0; start === 0 || start + step < values.length; start += step) {
    const end = Math.min(start + options.window, values.length);
    for (const split of splitsWithin(values, start, end, options)) found.add(split);
  }
  const splits: number[] = [];
  // Two windows may place one change a point apart: what lies between them is no level.
  for (const split of [...found].sort((a, b) => a - b))
    if (split - (splits.at(-1) ?? 0) >= options.leastLevel) splits.push(split);
  return splits;
}

function splitsWithin(values: readonly number[], start: number, end: number, options: Detection): number[] {
  if (end - start < 2 * options.leastLevel) return [];
  const split = bestSplit(values.slice(start, end), options.leastLevel);
  if (split === null) return [];
  const at = start + split;
  if (changeAt(values, start, at, end).p > 10 * options.maxP) return [];
  return [...splitsWithin(values, start, at, options), at, ...splitsWithin(values, at, end, options)];
}

/** Student's t-test with one variance: with three points after the change, Welch's would find nothing. */
function changeAt(values: readonly number[], start: number, index: number, end: number): ChangePoint {
  const [left, right] = [values.slice(start, index), values.slice(index, end)];
  const [before, after] = [mean(left), mean(right)];
  const freedom = left.length + right.length - 2;
  const variance = (squares(left, before) + squares(right, after)) / freedom;
  const error = Math.sqrt(variance * (1 / left.length + 1 / right.length));
  const t = before === after ? 0 : Math.abs(before - after) / error;
  return { index, before, after, p: t === Number.POSITIVE_INFINITY ? 0 : 2 * studentCdf(-t, freedom) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function squares(values: readonly number[], centre: number): number {
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}
