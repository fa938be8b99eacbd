import type { Comparison, ComparisonRow } from "../analysis.ts";
import { comparedMetrics } from "../comparison.ts";
import type { Column } from "./textTable.ts";

export const comparisonColumns: readonly Column[] = [
  { head: ["candidate"], align: "left" },
  { head: ["metric"], align: "left" },
  { head: ["load"], align: "right" },
  { head: ["ratio"], align: "right" },
  { head: ["95 % interval"], align: "left" },
  { head: ["runs"], align: "right" },
  { head: ["verdict"], align: "left" },
];

/** Rows over all matched loads, or one per load too; ratios are candidate over baseline. */
export function comparisonRows({ rows }: Comparison, which: "all loads together" | "each load"): string[][] {
  return rows.filter((row) => which === "each load" || row.load === null).map(cells);
}

function cells(row: ComparisonRow): string[] {
  return [
    row.candidate,
    metricLabel(row),
    row.load === null ? "all" : String(row.load),
    row.ratio.value === null ? "-" : row.ratio.value.toFixed(3),
    row.interval === null ? "-" : `${row.interval.low.toFixed(3)} .. ${row.interval.high.toFixed(3)}`,
    row.repetitions[0] === row.repetitions[1] ? `${row.repetitions[0]}` : row.repetitions.join(":"),
    row.verdict,
  ];
}

/** Says which way is good: a ratio of 0.9 is good news for a latency only. */
export function metricLabel({ metric }: Pick<ComparisonRow, "metric">): string {
  const known = comparedMetrics.find(({ key }) => key === metric);
  if (known === undefined) return metric;
  return `${known.label} (${known.higherIsBetter ? "higher" : "lower"} is better)`;
}
