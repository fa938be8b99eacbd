import { isAlone } from "../aloneSystems.ts";
import type { Analysis, Comparison, ComparisonRow } from "../analysis.ts";
import { comparedMetrics } from "../comparison/comparedMetrics.ts";
import { pText } from "../comparison/judge.ts";
import type { Column } from "./textTable.ts";

export const comparisonColumns: readonly Column[] = [
  { head: ["candidate"], align: "left" },
  { head: ["metric"], align: "left" },
  { head: ["better"], align: "left" },
  { head: ["load"], align: "right" },
  { head: ["ratio"], align: "right" },
  { head: ["95 % interval"], align: "left" },
  { head: ["runs"], align: "right" },
  { head: ["p"], align: "right" },
  { head: ["verdict"], align: "left" },
];

/** Rows over all matched loads, or one per load too; ratios are candidate over baseline. */
export function comparisonRows({ rows }: Comparison, which: "all loads together" | "each load"): string[][] {
  return rows.filter((row) => which === "each load" || row.load === null).map(cells);
}

/** What the rows do not say: how their p is meant, and which metrics have none. */
export function comparisonNotes({ primary, rows, leftOut = [] }: Comparison): string[] {
  const tested = rows.some(({ p }) => p.value !== null);
  const label = metricLabel({ metric: primary });
  return [
    ...(tested
      ? [`p: of no change; the verdict rests on ${label}, and p of the other rows is corrected for their number (Holm)`]
      : []),
    ...leftOut,
  ];
}

/** Everything that was recorded and is not the same in all systems. */
export function differenceTable({ systems, comparison }: Pick<Analysis, "systems" | "comparison">): {
  readonly columns: readonly Column[];
  readonly rows: string[][];
} {
  const columns = ["differs", ...systems.filter(isAlone).map(({ name }) => name)].map(
    (head): Column => ({ head: [head], align: "left" }),
  );
  const rows = comparison?.differences.map(({ what, values }) => [
    what,
    ...values.map((value) => value ?? "not known"),
  ]);
  return { columns, rows: rows ?? [] };
}

function cells(row: ComparisonRow): string[] {
  return [
    row.candidate,
    ...metricCells(row),
    row.load === null ? "all" : String(row.load),
    row.ratio.value === null ? "-" : row.ratio.value.toFixed(3),
    row.interval === null ? "-" : `${row.interval.low.toFixed(3)} .. ${row.interval.high.toFixed(3)}`,
    row.repetitions[0] === row.repetitions[1] ? `${row.repetitions[0]}` : row.repetitions.join(":"),
    row.p.value === null ? "-" : pText(row.p.value),
    row.verdict,
  ];
}

function metricCells({ metric }: ComparisonRow): [label: string, better: string] {
  const known = comparedMetrics.find(({ key }) => key === metric);
  return known === undefined ? [metric, ""] : [known.label, known.higherIsBetter ? "higher" : "lower"];
}

/** Says which way is good: a ratio of 0.9 is good news for a latency only. */
export function metricLabel({ metric }: Pick<ComparisonRow, "metric">): string {
  const known = comparedMetrics.find(({ key }) => key === metric);
  if (known === undefined) return metric;
  return `${known.label} (${known.higherIsBetter ? "higher" : "lower"} is better)`;
}
