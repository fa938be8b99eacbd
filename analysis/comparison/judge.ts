import type { ComparisonRow, Measured, Verdict } from "../analysis.ts";
import { largestSide, mannWhitney, smallestSide } from "../mannWhitney.ts";
import { geometricMean, type RatioInterval, ratioInterval, repetitionsNeeded } from "../statistics.ts";
import type { Metric } from "./comparedMetrics.ts";
import type { Sides } from "./matchedLoads.ts";

/** From which p on "no change at all" is not ruled out. */
export const SIGNIFICANCE = 0.05;

/** A row before it is judged: how it is judged depends on how many others there are. */
export interface Evidence extends Sides {
  readonly metric: Metric;
  readonly load: number | null;
  readonly ratio: Measured;
  readonly interval: RatioInterval | null;
}

export function evidence(metric: Metric, load: number | null, sides: Sides, unknown: string): Evidence {
  const { mine, theirs } = sides;
  const ratio: Measured =
    mine.length === 0 || theirs.length === 0
      ? { value: null, reason: unknown }
      : { value: geometricMean(mine) / geometricMean(theirs) };
  return { metric, load, ...sides, ratio, interval: ratioInterval(mine, theirs) };
}

/**
 * @param adjusted p after the correction for many looks; null: this is the row that the verdict in a sentence rests on
 * @param looks rows that were looked at together
 */
export function judge(
  candidate: string,
  { metric, load, mine, theirs, ratio, interval }: Evidence,
  adjusted: number | null,
  looks: number,
): ComparisonRow {
  const common = {
    ...{ candidate, metric: metric.key, load, ratio, margin: metric.margin },
    repetitions: [mine.length, theirs.length] as const,
    mannWhitneyP: secondOpinion(mine, theirs),
  };
  if (ratio.value === null || interval === null) {
    const none: Measured = { value: null, reason: "needs two repetitions a side" };
    const reason = ratio.value === null ? ratio.reason : `${countOf(mine, theirs)}, no interval`;
    return { ...common, interval: null, verdict: "inconclusive", smallestDetectable: none, p: none, reason };
  }
  const { low, high, factor } = interval;
  const p = adjusted ?? interval.p;
  const alone = verdictOf(interval, metric);
  const lucky = (alone === "better" || alone === "worse") && p >= SIGNIFICANCE;
  const verdict = lucky ? "inconclusive" : alone;
  const beyond = words(alone, interval, metric);
  const why = lucky ? `${beyond}, but one of ${looks} rows may be so by chance (p ${pText(p)} after Holm)` : beyond;
  const resolution = `smallest change these repetitions can show: ${percent(factor)}`;
  const more = alone === "inconclusive" ? `; ${remedy({ mine, theirs }, ratio.value, metric)}` : "";
  return {
    ...common,
    interval: { low, high },
    verdict,
    smallestDetectable: { value: factor - 1 },
    p: { value: p },
    reason: `${why}; ${resolution}${more}`,
  };
}

/** Three digits at most; what is far below any threshold is not told to the last digit. */
export function pText(p: number): string {
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

function secondOpinion(mine: readonly number[], theirs: readonly number[]): Measured {
  const value = mannWhitney(mine, theirs);
  if (value !== null) return { value };
  const few = Math.min(mine.length, theirs.length) < smallestSide;
  return { value: null, reason: `needs ${few ? `${smallestSide} repetitions` : `at most ${largestSide}`} a side` };
}

function countOf(mine: readonly number[], theirs: readonly number[]): string {
  return mine.length === 1 && theirs.length === 1
    ? "one repetition each"
    : `repetitions ${mine.length} and ${theirs.length}`;
}

/** How many runs would decide, if they came out like these: the interval must clear the nearer edge of the margin. */
function remedy({ mine, theirs }: Sides, ratio: number, { margin }: Metric): string {
  const distance = Math.abs(Math.abs(Math.log(ratio)) - Math.log1p(margin));
  const needed = repetitionsNeeded(mine, theirs, Math.exp(distance));
  if (needed === null) return "too close to the margin, or too noisy, to decide with 100 repetitions each";
  return `about ${Math.max(needed, mine.length + 1, theirs.length + 1)} repetitions each would decide`;
}

/** The zone of "same" is symmetric in the logarithm, so that swapping the systems swaps the verdict and nothing else. */
export function verdictOf(
  { low, high }: Pick<RatioInterval, "low" | "high">,
  { margin, higherIsBetter }: Pick<Metric, "margin" | "higherIsBetter">,
): Verdict {
  const up = 1 + margin;
  const down = 1 / up;
  if (low > up) return higherIsBetter ? "better" : "worse";
  if (high < down) return higherIsBetter ? "worse" : "better";
  return low >= down && high <= up ? "same" : "inconclusive";
}

function words(verdict: Verdict, { low, high }: RatioInterval, { margin }: Metric): string {
  const zone = `the margin of ${percent(1 + margin)}`;
  switch (verdict) {
    case "better":
    case "worse":
      return `the whole interval is beyond ${zone}`;
    case "same":
      return `the whole interval is within ${zone}${low > 1 || high < 1 ? ", though not around no change at all" : ""}`;
    case "inconclusive":
      return `the interval ${low > 1 || high < 1 ? "shows a change, but" : "includes no change and"} crosses ${zone}`;
  }
}

function percent(factor: number): string {
  return `${(100 * (factor - 1)).toFixed(1)} %`;
}
