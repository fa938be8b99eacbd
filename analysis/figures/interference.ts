import type { Analysis, ComparisonRow, Verdict } from "../analysis.ts";
import { interferenceVerdicts } from "../interference/interference.ts";
import { NAMES, PAGE_WIDTH, PLOT_WIDTH, shifted } from "./comparison.ts";
import type { DataTable, Figure } from "./figure.ts";
import { sentences } from "./figure.ts";
import { forestLayers, ROW_HEIGHT } from "./forest.ts";
import { figureTitle, identity } from "./heading.ts";
import { captionLayers, documentSpec, headingLayers, LEFT } from "./page.ts";
import { comparedMetrics, ratioAxis } from "./ratioAxis.ts";

const words: Readonly<Record<Verdict, string>> = {
  better: "✓ faster",
  worse: "✗ slower",
  same: "= no difference",
  inconclusive: "? not decided",
};

/** Each target beside others over itself alone: a forest of ratios over all loads. Null: none was loaded so, or nothing matches. */
export function interference(analysis: Analysis): Figure | null {
  const found = (analysis.interference?.systems ?? []).flatMap(forestRows);
  if (found.length === 0) return null;
  const drawn = new Set(found.map(({ candidate }) => candidate));
  const who = {
    ...identity(analysis, "loaded together"),
    // The rows name their systems.
    legend: identity(analysis, "").legend.filter((_, i) => drawn.has(analysis.systems[i]?.name ?? "")),
  };
  const axis = ratioAxis(found);
  const captions = [
    ...(analysis.interference?.systems ?? []).map(({ sentence }) =>
      analysis.simulated ? `SIMULATED: ${sentence}` : sentence,
    ),
    "Ratio of each target while the others were loaded, too, to itself alone; geometric mean over all loads; bars: 95 % Welch interval over repetitions. Grey zone: differences too small to matter.",
  ];
  const heading = { ...who, captions };
  const groups = (["higher", "lower"] as const).flatMap((better) => {
    const metrics = comparedMetrics.filter((each) => each.better === better).map((each) => each.metric);
    const rows = metrics.flatMap((metric) => found.filter((row) => row.metric === metric));
    return rows.length === 0 ? [] : [{ better, rows }];
  });
  const views = groups.map(({ better, rows }, i) => {
    const height = rows.length * ROW_HEIGHT + 8;
    const size = { width: PLOT_WIDTH, names: NAMES, words };
    return {
      width: PLOT_WIDTH,
      height,
      view: { stroke: null },
      layer: [
        ...shifted(forestLayers(rows, better, axis, size, analysis, who.stamp), NAMES - LEFT),
        ...(i === 0 ? headingLayers(heading, PAGE_WIDTH, 46) : []),
        ...(i === groups.length - 1 ? captionLayers(captions, PAGE_WIDTH, height + 40) : []),
      ],
    };
  });
  return {
    name: "interference",
    title: figureTitle(who),
    description: sentences(
      who.stamp,
      "Each target loaded together with others, as a ratio to itself alone.",
      (analysis.interference?.systems ?? []).map(({ sentence }) => sentence),
    ),
    spec: documentSpec(heading, { vconcat: views, spacing: 74, bounds: "flush" }),
    table: tableOf(analysis),
  };
}

type Systems = NonNullable<Analysis["interference"]>["systems"];

function forestRows({ system, rows }: Systems[number]): ComparisonRow[] {
  return rows
    .filter(({ load }) => load === null)
    .map((row) => ({
      ...row,
      candidate: system,
      verdict: (Object.keys(interferenceVerdicts) as Verdict[]).find(
        (verdict) => interferenceVerdicts[verdict] === row.verdict,
      ) as Verdict,
    }));
}

function tableOf({ interference }: Analysis): DataTable {
  return {
    columns: ["target", "beside", "metric", "load", "ratio", "low", "high", "margin", "verdict"],
    rows: (interference?.systems ?? []).flatMap(({ target, loadedWith, rows }) =>
      rows.map((row) => [
        target,
        loadedWith.join(", "),
        row.metric,
        row.load ?? "all",
        row.ratio.value,
        row.interval?.low ?? null,
        row.interval?.high ?? null,
        row.margin,
        row.verdict,
      ]),
    ),
  };
}
