import type { Analysis, ComparisonRow, Verdict } from "../analysis.ts";
import { loadText } from "../figures/numberText.ts";
import { comparedMetrics, intervalText, ratioText, verdictText } from "../figures/ratioAxis.ts";
import { type Html, html } from "./html.ts";
import { measuredCell, table, text } from "./table.ts";

const colour: Readonly<Record<Verdict, string>> = {
  better: "good",
  worse: "bad",
  same: "muted",
  inconclusive: "unsure",
};

/** The rows over all matched loads; those of single loads are folded away. */
export function comparisonTable(analysis: Analysis): Html {
  const compared = analysis.comparison;
  if (compared === null) return html``;
  const overall = compared.rows.filter((row) => row.load === null);
  const single = compared.rows.filter((row) => row.load !== null);
  const details =
    single.length === 0
      ? null
      : html`<details><summary>Load by load (${single.length} rows)</summary>${ratios("Ratios at each matched load", single)}</details>`;
  return html`<h3>Ratios to ${compared.baseline}, all matched loads together</h3>
${ratios("Ratios over all matched loads", overall)}
${details}`;
}

function ratios(caption: string, rows: readonly ComparisonRow[]): Html {
  return table(
    caption,
    [
      { head: "Candidate", align: "left" },
      { head: "Metric", align: "left" },
      { head: "Better when", align: "left" },
      { head: "Load" },
      { head: "Ratio" },
      { head: "95 % interval" },
      { head: "Repetitions" },
      { head: "Verdict", align: "left" },
      { head: "Why", align: "left" },
    ],
    rows.map((row) => {
      const metric = comparedMetrics.find((each) => each.metric === row.metric);
      return [
        text(row.candidate),
        text(metric?.label ?? row.metric),
        text(metric?.better ?? ""),
        { content: row.load === null ? "all" : loadText(row.load), sort: row.load ?? 0 },
        measuredCell(row.ratio, 1, ratioText),
        { content: intervalText(row.interval), sort: row.interval?.low ?? null },
        { content: row.repetitions.join(" and "), sort: row.repetitions[0] },
        {
          content: html`<strong class="${colour[row.verdict]}">${verdictText[row.verdict]}</strong>`,
          sort: row.verdict,
        },
        text(row.reason),
      ];
    }),
  );
}
