import type { Analysis, ComparisonRow } from "../analysis.ts";
import { captions } from "./captions.ts";
import type { Curve } from "./curve.ts";
import { type Figure, sentences } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { loadAxis } from "./loadAxis.ts";
import { groupAxis, groupedDots, matchedLoads, placeOf, shownLoads } from "./matchedLoads.ts";
import { loadText } from "./numberText.ts";
import { pageSpec } from "./page.ts";
import { seriesStyle } from "./palette.ts";
import { intervalText, ratioText, verdictText } from "./ratioAxis.ts";
import { signedAxis } from "./valueAxis.ts";

/** Intervals beyond this are cut: with two repetitions they can span decades and would press all others flat. */
const WIDEST = 100;

/** Output throughput side by side at equal loads, and the change against the baseline there with its interval. Null: nothing matches. */
export function throughputComparison(analysis: Analysis): Figure | null {
  const compared = analysis.comparison;
  if (compared === null) return null;
  const axis = loadAxis(analysis);
  const matched = matchedLoads(analysis, axis);
  if (matched.length === 0) return null;
  const loads = shownLoads(matched);
  const who = identity(analysis, "throughput at equal load");
  const rows = compared.rows.filter(
    (row) => row.metric === "outputTokensPerSecond" && row.load !== null && loads.includes(row.load),
  );
  const changes = changeCurves(analysis, rows, loads);
  const values = changes.flatMap(({ points }) => points.flatMap(({ value, low, high }) => [value, low, high]));
  const cut = rows.some(({ interval }) => interval !== null && 100 * (interval.high - 1) > WIDEST);
  const spec = pageSpec({
    ...who,
    axis,
    size: { width: 450, height: 260 },
    columns: 2,
    counts: null,
    captions: [
      ...captions(analysis, axis, [], null, ""),
      compared.headline,
      ...(loads.length < matched.length
        ? [`${loads.length} of ${matched.length} matched loads; all are in the table.`]
        : []),
      ...(cut ? [`Intervals are cut at ${WIDEST} %.`] : []),
      ...(rows.every(({ interval }) => interval === null)
        ? ["No intervals: they need at least two repetitions of each system."]
        : []),
    ],
    panels: [
      {
        title: "Output throughput",
        better: "higher",
        unit: "output tokens/s, whole system",
        definition: "Output tokens produced inside the stage, over its wall-clock time.",
        curves: groupedDots(analysis, axis, loads, { metric: "outputTokensPerSecond" }),
        axis: groupAxis(axis, loads),
        mayBeLog: false,
        emptyReason: "No throughput was measured.",
      },
      {
        title: `Change against ${compared.baseline}`,
        better: "higher",
        unit: "% of output tokens/s; below 0 is worse",
        definition: "Candidate over baseline at the same load, minus one; bars: 95 % Welch interval over repetitions.",
        curves: changes,
        axis: groupAxis(axis, loads),
        y: signedAxis(values.filter((value) => value !== null)),
        yFormat: "+,.2~f",
        limits: [{ value: 0, text: "" }],
        mayBeLog: false,
        emptyReason: "No ratio: throughput is not known on both sides.",
      },
    ],
  });
  return {
    name: "throughput_comparison",
    title: figureTitle(who),
    description: sentences(
      who.stamp,
      `Output throughput against ${axis.title}, systems side by side, and the change against ${compared.baseline}.`,
      rows.map(({ candidate, load, ratio, interval, verdict }) =>
        ratio.value === null
          ? `${candidate} at ${axis.name(loadText(load!))}: no ratio.`
          : `${candidate} at ${axis.name(loadText(load!))}: ${ratioText(ratio.value)}, ${intervalText(interval)}, ${verdictText[verdict].slice(2)}.`,
      ),
    ),
    spec,
    table: {
      columns: ["baseline", "candidate", "load", "ratio", "ci95_low", "ci95_high", "change_percent", "verdict"],
      rows: compared.rows
        .filter((row) => row.metric === "outputTokensPerSecond" && row.load !== null)
        .map(({ candidate, load, ratio, interval, verdict }) => [
          compared.baseline,
          candidate,
          load,
          ratio.value,
          interval?.low ?? null,
          interval?.high ?? null,
          ratio.value === null ? null : 100 * (ratio.value - 1),
          verdict,
        ]),
    },
  };
}

function changeCurves(analysis: Analysis, rows: readonly ComparisonRow[], loads: readonly number[]): Curve[] {
  const percent = (ratio: number) => Math.max(-WIDEST, Math.min(WIDEST, 100 * (ratio - 1)));
  return analysis.systems.map((system, index) => ({
    name: system.name,
    label: "",
    style: seriesStyle(index),
    weight: "dots",
    points: rows
      .filter(({ candidate }) => candidate === system.name)
      .map(({ load, ratio, interval }) => ({
        load: placeOf(loads.indexOf(load!), index, analysis.systems.length),
        value: ratio.value === null ? null : 100 * (ratio.value - 1),
        low: interval === null ? null : percent(interval.low),
        high: interval === null ? null : percent(interval.high),
        failed: false,
        repetitions: [],
      })),
  }));
}
