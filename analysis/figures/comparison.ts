import type { Analysis, Comparison, ComparisonRow } from "../analysis.ts";
import type { DataTable, Figure, Spec } from "./figure.ts";
import { forestLayers, ROW_HEIGHT } from "./forest.ts";
import { figureTitle, identity } from "./heading.ts";
import { captionLayers, documentSpec, headingLayers, LEFT } from "./page.ts";
import { comparedMetrics, intervalText, ratioAxis, ratioText, verdictText } from "./ratioAxis.ts";
import { BY_LOAD_FOOT, BY_LOAD_GAP, ratiosByLoad } from "./ratiosByLoad.ts";

export const PLOT_WIDTH = 540;
export const PAGE_WIDTH = 1150;
/** Room left of a forest for the names of its metrics, and of systems where there are several. */
export const NAMES = 240;

/** Panels load by load with more systems than these are a cloud; the numbers are in the table. */
const MOST_BY_LOAD = 6;

/** Forest plot of the ratios to the baseline over all matched loads, and below it the ratios load by load. Null: nothing to compare. */
export function comparison(analysis: Analysis): Figure | null {
  const compared = analysis.comparison;
  if (compared === null || compared.rows.length === 0) return null;
  const who = identity(analysis, `compared with ${compared.baseline}`);
  const overall = ordered(compared, analysis).filter((row) => row.load === null);
  const byLoad = ordered(compared, analysis).filter(
    // Five panels fit in a row; p95 load by load is in the report's table.
    (row) => row.load !== null && !row.metric.endsWith("P95Ms") && analysis.systems.length <= MOST_BY_LOAD,
  );
  const groups = (["higher", "lower"] as const).flatMap((better) => {
    const metrics = comparedMetrics.filter((each) => each.better === better).map((each) => each.metric);
    const rows = overall.filter((row) => metrics.includes(row.metric));
    return rows.length === 0 ? [] : [{ better, rows }];
  });
  const axis = ratioAxis(overall);
  const heading = { ...who, captions: captionsOf(analysis, compared) };
  const forests = groups.map(({ better, rows }, i) => ({
    width: PLOT_WIDTH,
    height: rows.length * ROW_HEIGHT + 8,
    view: { stroke: null },
    layer: [
      ...shifted(
        forestLayers(rows, better, axis, { width: PLOT_WIDTH, names: NAMES }, analysis, who.stamp),
        NAMES - LEFT,
      ),
      ...(i === 0 ? headingLayers(heading, PAGE_WIDTH, 46) : []),
    ],
  }));
  const small = ratiosByLoad(byLoad, analysis, PAGE_WIDTH - LEFT, who.stamp);
  return {
    name: "comparison",
    title: figureTitle(who),
    description: `${who.stamp === null ? "" : `${who.stamp}. `}Ratios to ${compared.baseline}. ${overall.map(sentence).join(" ")}`,
    spec: documentSpec(heading, assemble(forests, small, heading.captions)),
    table: table(compared),
  };
}

interface View extends Spec {
  readonly layer: readonly Spec[];
  readonly height: number;
}

/** Forests below each other, then the row of small panels; captions hang below whatever comes last. */
function assemble(forests: readonly View[], small: readonly View[], captions: readonly string[]): Spec {
  const hang = (view: View, gap: number): View => ({
    ...view,
    layer: [...view.layer, ...captionLayers(captions, PAGE_WIDTH, view.height + gap)],
  });
  const [first, ...others] = small;
  const column =
    first === undefined
      ? [...forests.slice(0, -1), hang(forests.at(-1)!, 40)]
      : [...forests, { hconcat: [hang(first, BY_LOAD_FOOT + 4), ...others], spacing: BY_LOAD_GAP, bounds: "flush" }];
  return { vconcat: column, spacing: 74, bounds: "flush" };
}

/** Moves layers of pixel rows sideways. */
export function shifted(layers: readonly Spec[], dx: number): Spec[] {
  return layers.map((layer) => {
    const { values } = layer.data as { readonly values: readonly { readonly x: number; readonly x2?: number }[] };
    const moved = values.map((row) => ({
      ...row,
      x: row.x + dx,
      ...(row.x2 === undefined ? {} : { x2: row.x2 + dx }),
    }));
    return { ...layer, data: { values: moved } };
  });
}

/** By metric as drawn, then by system as declared. */
function ordered(compared: Comparison, analysis: Analysis): ComparisonRow[] {
  const metric = (row: ComparisonRow) => comparedMetrics.findIndex((each) => each.metric === row.metric);
  const system = (row: ComparisonRow) => analysis.systems.findIndex((each) => each.name === row.candidate);
  return [...compared.rows].sort(
    (a, b) => metric(a) - metric(b) || system(a) - system(b) || (a.load ?? 0) - (b.load ?? 0),
  );
}

function captionsOf(analysis: Analysis, compared: Comparison): string[] {
  const margins = new Set(compared.rows.flatMap((row) => (row.margin === undefined ? [] : [row.margin])));
  return [
    ...(analysis.simulated && !compared.headline.includes("SIMULATED")
      ? [`SIMULATED: ${compared.headline}`]
      : [compared.headline]),
    `Ratio of each system to ${compared.baseline}, geometric mean over matched loads; bars: 95 % Welch interval over repetitions.` +
      (margins.size === 0
        ? ""
        : " Grey zone: differences too small to matter; better or worse needs the whole bar outside it, same needs it inside."),
    ...(analysis.systems.length > MOST_BY_LOAD ? ["Ratios load by load are in the table of this figure."] : []),
    ...(compared.rows.every((row) => row.interval === null)
      ? ["No intervals: they need at least two repetitions of each system."]
      : []),
  ];
}

function sentence(row: ComparisonRow): string {
  const label = comparedMetrics.find((each) => each.metric === row.metric)?.label ?? row.metric;
  if (row.ratio.value === null) return `${row.candidate}, ${label}: no ratio (${row.ratio.reason}).`;
  const interval = row.interval === null ? "" : ` (${intervalText(row.interval)})`;
  return `${row.candidate}, ${label}: ${ratioText(row.ratio.value)}${interval}, ${verdictText[row.verdict].slice(2)}.`;
}

function table(compared: Comparison): DataTable {
  return {
    columns: [
      "baseline",
      "candidate",
      "metric",
      "load",
      "ratio",
      "ci95_low",
      "ci95_high",
      "margin",
      "repetitions",
      "verdict",
      "reason",
    ],
    rows: compared.rows.map((row) => [
      compared.baseline,
      row.candidate,
      row.metric,
      row.load ?? "all matched",
      row.ratio.value,
      row.interval?.low ?? null,
      row.interval?.high ?? null,
      row.margin ?? null,
      row.repetitions.join(" and "),
      row.verdict,
      row.reason,
    ]),
  };
}
