import type { ComparisonRow, Verdict } from "./analysis.ts";

const verdictWords: Readonly<Record<Verdict, string>> = {
  better: "better",
  worse: "worse",
  same: "the same within the margin",
  inconclusive: "inconclusive",
};

/** One sentence per candidate from the primary metric over all matched loads. */
export function comparisonHeadline(
  rows: readonly ComparisonRow[],
  baseline: string,
  { simulated, harnesses }: { readonly simulated: boolean; readonly harnesses: number },
): string {
  const primary = rows.filter((row) => row.metric === "outputTokensPerSecond" && row.load === null);
  const sentences = primary.map((row) => `${sentence(row, baseline, loadsOf(row, rows))}.`);
  // One engine under two load generators differs too, and by that neither is the better one.
  if (harnesses > 1) sentences.push("Their load came from different harnesses, so a difference may be the harness's.");
  return `${simulated ? "SIMULATED: " : ""}${sentences.join(" ")}`;
}

function loadsOf({ candidate, metric }: ComparisonRow, rows: readonly ComparisonRow[]): number {
  return rows.filter(
    (row) => row.candidate === candidate && row.metric === metric && row.load !== null && row.ratio.value !== null,
  ).length;
}

function sentence(
  { candidate, ratio, interval, repetitions, verdict, reason }: ComparisonRow,
  baseline: string,
  loads: number,
): string {
  if (ratio.value === null) return `${candidate} against ${baseline}: inconclusive, ${reason}`;
  const change = `${candidate} gives ${changeOf(ratio.value)} output tokens/s than ${baseline}`;
  const over = `geometric mean of ${loads} matched ${loads === 1 ? "load" : "loads"}`;
  if (interval === null) return `${change} (${over}): inconclusive, ${reason}`;
  const [mine, theirs] = repetitions;
  const counted = mine === theirs ? `${mine} repetitions each` : `${mine} and ${theirs} repetitions`;
  const range = `95 % interval ${signed(interval.low)} to ${signed(interval.high)}`;
  return `${change} (${range}, ${counted}, ${over}): ${verdictWords[verdict]}`;
}

function changeOf(ratio: number): string {
  return `${(100 * Math.abs(ratio - 1)).toFixed(1)} % ${ratio < 1 ? "fewer" : "more"}`;
}

function signed(ratio: number): string {
  const value = 100 * (ratio - 1);
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(1)} %`;
}
