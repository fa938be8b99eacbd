import type { SystemAnalysis } from "../analysis.ts";
import { type CrossCell, crossRows, explanations, metricNames } from "../crossCheck.ts";
import type { Run } from "../run.ts";
import { numberText } from "./cellText.ts";
import { textTable, wrapText } from "./textTable.ts";

const WIDTH = 100;

/** Metrics of several harnesses under the same load, side by side; plain text, no trailing newline. */
export function crossCheckTable(systems: readonly SystemAnalysis[], runs: readonly Run[]): string {
  const rows = crossRows(systems, runs);
  if (rows.length === 0) return "No harness left anything to compare.";
  const harnesses = rows[0]?.cells.map(({ harness }) => harness) ?? [];
  const columns = [
    { head: ["concurrency"], align: "right" as const },
    { head: ["metric"], align: "left" as const },
    ...harnesses.map((name) => ({ head: [name], align: "right" as const })),
  ];
  let last: number | null = null;
  const lines = textTable(
    columns,
    rows.map(({ load, metric, cells }) => {
      const first = load !== last;
      last = load;
      return [first ? String(load) : "", metricNames[metric], ...cells.map(cellText)];
    }),
  );
  const legend =
    "By one definition for all (docs/metrics.md), from each request where the harness keeps them; in brackets what the " +
    "harness itself says, where that differs.";
  const reasons = explanations(rows);
  const told = rows.some(({ cells }) => cells.some(({ own }) => own !== null));
  const notes = [
    ...(systems.some(({ runs: { length } }) => length > 1)
      ? ["Of a harness that ran more than once no number of its own is shown: a mean of percentiles is none."]
      : []),
    ...(told && reasons.length === 0 ? ["No harness's own number differs by more than 2 %."] : reasons),
  ];
  return [
    ...lines,
    "",
    ...wrapText(legend, WIDTH),
    "",
    ...notes.flatMap((note) => wrapText(`- ${note}`, WIDTH, "  ")),
  ].join("\n");
}

function cellText({ ours, own }: CrossCell): string {
  const text = ours.value === null ? "-" : numberText(ours.value);
  const told = own === null ? null : numberText(own);
  return told === null || told === text ? text : `${text} (${told})`;
}
