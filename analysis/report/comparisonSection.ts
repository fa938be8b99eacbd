import { isAlone } from "../aloneSystems.ts";
import type { Analysis, ComparedMetric, Comparison, ComparisonRow, Measured, Verdict } from "../analysis.ts";
import type { DrawnFigure } from "../figures/drawFigures.ts";
import { loadText, percentText } from "../figures/numberText.ts";
import { comparedMetrics, intervalText, ratioText, verdictText } from "../figures/ratioAxis.ts";
import { figureSection } from "./figureSection.ts";
import { type Html, html } from "./html.ts";
import { type Cell, measuredCell, table, text } from "./table.ts";

const colour: Readonly<Record<Verdict, string>> = {
  better: "good",
  worse: "bad",
  same: "muted",
  inconclusive: "unsure",
};

/** More rows than that nobody reads, and the page would be megabytes of them. */
const MOST_ROWS = 320;

/** The figure whose numbers are the tables that follow it comes first, those of single topics last. */
export function comparisonSection(analysis: Analysis, figures: readonly DrawnFigure[]): Html | null {
  if (analysis.comparison === null) return null;
  const named = (name: string) => figures.filter((figure) => figure.name === name);
  const topics = ["throughput_comparison", "latency_comparison", "qps_comparison"].flatMap(named);
  return html`<h2 id="comparison">Comparison</h2>
${named("comparison").map((figure) => figureSection(figure, false))}${comparisonTable(analysis)}${topics.map((figure) => figureSection(figure, true))}`;
}

/** The rows over all matched loads; those of single loads are folded away. */
function comparisonTable(analysis: Analysis): Html {
  const compared = analysis.comparison;
  if (compared === null) return html``;
  const overall = compared.rows.filter((row) => row.load === null);
  const all = compared.rows.filter((row) => row.load !== null);
  const single = all.length <= MOST_ROWS ? all : all.filter((row) => row.metric === compared.primary);
  const details =
    single.length === 0
      ? null
      : html`<details><summary>Load by load (${single.length} rows)</summary>${single.length < all.length ? html`<p class="muted">${metricName(compared.primary)} only; the other metrics at each load are in stats.txt.</p>` : null}${ratios("Ratios at each matched load", single)}</details>`;
  return html`<h3>Ratios to ${compared.baseline}, all matched loads together</h3>
${ratios("Ratios over all matched loads", overall)}
<p class="muted small">The verdict rests on one metric, ${metricName(compared.primary)}; p of all others is corrected for their number (Holm). Detectable: the smallest change that these repetitions could have shown.</p>
${details}
${differences(analysis, compared)}`;
}

const metricName = (metric: ComparedMetric): string =>
  comparedMetrics.find((each) => each.metric === metric)?.label ?? metric;

/** Where more than the engine differs, the ratios are of all of it together. */
function differences({ systems: all }: Analysis, { differences: rows }: Comparison): Html {
  const heading = html`<h3>Differences besides the engine</h3>
`;
  const systems = all.filter(isAlone);
  if (rows.length === 0) return html`${heading}<p>None is recorded: every other setting that was kept is the same.</p>`;
  return html`${heading}${table(
    "What differs between the systems besides the engine",
    [{ head: "Setting", align: "left" }, ...systems.map(({ name }) => ({ head: name, align: "left" }) as const)],
    rows.map(({ what, values }) => [
      { content: html`<code>${what}</code>`, sort: what },
      ...systems.map((_, i) => text(values[i] ?? "not known")),
    ]),
  )}`;
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
      { head: "p", hint: "Two-sided, of no change: Welch's t on logarithms, after Holm but for the primary metric" },
      {
        head: "Mann-Whitney p",
        hint: "Second opinion without an assumption about distributions; needs 4 repetitions a side",
      },
      { head: "Detectable", hint: "The smallest change that these repetitions could have shown" },
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
        probability(row.p),
        probability(row.mannWhitneyP),
        measuredCell(row.smallestDetectable, 1, percentText),
        {
          content: html`<strong class="${colour[row.verdict]}">${verdictText[row.verdict]}</strong>`,
          sort: row.verdict,
        },
        text(row.reason),
      ];
    }),
  );
}

/** Three decimals tell all that can be believed; below them only that it is small. */
const probability = (p: Measured): Cell => measuredCell(p, 1, (value) => (value < 0.001 ? "<0.001" : value.toFixed(3)));
