import type { ComparedMetric, ComparisonRow, LoadType } from "../analysis.ts";
import { comparedMetrics } from "../comparison.ts";
import { loadNames } from "../loadName.ts";
import type { GateCheck } from "./gate.ts";

/** One check per metric, over all matched loads together; loads at which it is worse by itself are named in its text. */
export function metricChecks(rows: readonly ComparisonRow[], primary: ComparedMetric, loadType: LoadType): GateCheck[] {
  const metrics = [primary, ...comparedMetrics.map(({ key }) => key).filter((key) => key !== primary)];
  return metrics.flatMap((metric): GateCheck[] => {
    const row = rows.find((one) => one.metric === metric && one.load === null);
    const name = labelOf(metric);
    const kind = metric === primary ? "primary" : "secondary";
    if (row === undefined) {
      if (kind === "secondary") return [];
      return [{ kind, name, outcome: "error", text: `${name}, the primary metric, is unknown on both sides` }];
    }
    const outcome = kind === "primary" ? decided(row) : row.verdict === "worse" ? "warning" : "pass";
    const text = `${changeText(row)}: ${wordOf(row)}${worseLoads(rows, metric, loadType)}`;
    return [{ kind, name, outcome, text, row }];
  });
}

/**
 * A gate asks one question: is it worse by more than the margin? An interval from "the same" to "better" answers it, though
 * a comparison, which asks which of the two, calls it inconclusive.
 */
function decided(row: ComparisonRow): GateCheck["outcome"] {
  if (row.ratio.value === null) return "error";
  if (row.verdict === "worse") return "fail";
  return isNotWorse(row) ? "pass" : "undecided";
}

export function isNotWorse({ interval, margin, metric }: ComparisonRow): boolean {
  if (interval === null) return false;
  return higherIsBetter(metric) ? interval.low >= 1 / (1 + margin) : interval.high <= 1 + margin;
}

function wordOf(row: ComparisonRow): string {
  if (row.ratio.value === null) return row.ratio.reason;
  if (row.verdict === "inconclusive") return isNotWorse(row) ? "not worse by more than the margin" : "inconclusive";
  return row.verdict;
}

/** `output tokens/s -14.2 % (95 % interval -16.0 to -12.3 %, margin 5 %, 5 repetitions each)` */
export function changeText({ metric, ratio, interval, margin, repetitions: [mine, theirs] }: ComparisonRow): string {
  if (ratio.value === null) return labelOf(metric);
  const counted =
    mine === theirs ? `${mine} ${mine === 1 ? "repetition" : "repetitions"} each` : `${theirs} and ${mine} repetitions`;
  const range =
    interval === null ? "no interval" : `95 % interval ${signed(interval.low)} to ${signed(interval.high)} %`;
  return `${labelOf(metric)} ${signed(ratio.value)} % (${range}, margin ${Number((100 * margin).toFixed(1))} %, ${counted})`;
}

export function signed(ratio: number): string {
  const text = (100 * (ratio - 1)).toFixed(1);
  return text === "-0.0" ? "+0.0" : ratio < 1 ? text : `+${text}`;
}

function worseLoads(rows: readonly ComparisonRow[], metric: ComparedMetric, loadType: LoadType): string {
  const worse = rows.filter((row) => row.metric === metric && row.load !== null && row.verdict === "worse");
  if (worse.length === 0) return "";
  const overall = rows.find((row) => row.metric === metric && row.load === null)?.verdict;
  return `${overall === "worse" ? ", alone too" : "; worse"} at ${loadNames(worse.map(({ load }) => ({ loadType, load: load as number })))}`;
}

export function labelOf(metric: ComparedMetric): string {
  return comparedMetrics.find(({ key }) => key === metric)?.label ?? metric;
}

export function higherIsBetter(metric: ComparedMetric): boolean {
  return comparedMetrics.find(({ key }) => key === metric)?.higherIsBetter ?? true;
}
