import type { ComparedLargestLoad, ComparedMetric, ComparisonRow, Verdict } from "./analysis.ts";
import { comparedMetrics } from "./comparison/comparedMetrics.ts";

const verdictWords: Readonly<Record<Verdict, string>> = {
  better: "better",
  worse: "worse",
  same: "the same within the margin",
  inconclusive: "inconclusive",
};

export interface HeadlineOf {
  readonly baseline: string;
  readonly primary: ComparedMetric;
  readonly largestLoads: readonly ComparedLargestLoad[];
  /** See `sentenceStamp`. */
  readonly stamp: string;
  /** How many different ones sent the load. */
  readonly harnesses: number;
  /** Of all systems, each once. */
  readonly models: readonly string[];
}

/** One sentence per candidate from the primary metric over all matched loads, and one on the loads that the objectives allow. */
export function comparisonHeadline(
  rows: readonly ComparisonRow[],
  { baseline, primary, largestLoads, stamp, harnesses, models }: HeadlineOf,
): string {
  const sentences = rows
    .filter((row) => row.metric === primary && row.load === null)
    .flatMap((row) => {
      const largest = largestLoads.find(({ candidate }) => candidate === row.candidate);
      return [`${sentence(row, baseline, loadsOf(row, rows))}.`, ...(largest ? [`${largest.sentence}.`] : [])];
    });
  // One engine under two load generators differs too, and by that neither is the better one.
  if (harnesses > 1) sentences.push("Their load came from different harnesses, so a difference may be the harness's.");
  // By name: whoever serves one model under two names knows better.
  if (models.length > 1)
    sentences.push(`Their models differ (${models.join(", ")}), so a difference may be the model's.`);
  return stamp + sentences.join(" ");
}

function loadsOf({ candidate, metric }: ComparisonRow, rows: readonly ComparisonRow[]): number {
  return rows.filter(
    (row) => row.candidate === candidate && row.metric === metric && row.load !== null && row.ratio.value !== null,
  ).length;
}

function sentence(
  { candidate, metric, ratio, interval, repetitions, verdict, reason }: ComparisonRow,
  baseline: string,
  loads: number,
): string {
  if (ratio.value === null) return `${candidate} against ${baseline}: inconclusive, ${reason}`;
  const change = `${candidate} ${changeOf(ratio.value, metric)} than ${baseline}`;
  const over = `geometric mean of ${loads} matched ${loads === 1 ? "load" : "loads"}`;
  if (interval === null) return `${change} (${over}): inconclusive, ${reason}`;
  const [mine, theirs] = repetitions;
  const counted = mine === theirs ? `${mine} repetitions each` : `${mine} and ${theirs} repetitions`;
  const range = `95 % interval ${signed(interval.low)} to ${signed(interval.high)}`;
  return `${change} (${range}, ${counted}, ${over}): ${verdictWords[verdict]}`;
}

function changeOf(ratio: number, key: ComparedMetric): string {
  const metric = comparedMetrics.find((one) => one.key === key)!;
  const share = `${(100 * Math.abs(ratio - 1)).toFixed(1)} %`;
  return metric.higherIsBetter
    ? `gives ${share} ${ratio < 1 ? "fewer" : "more"} ${metric.label}`
    : `has a ${metric.label} that is ${share} ${ratio < 1 ? "lower" : "higher"}`;
}

function signed(ratio: number): string {
  const value = 100 * (ratio - 1);
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(1)} %`;
}
