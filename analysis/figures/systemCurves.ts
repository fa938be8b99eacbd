import type { Analysis } from "../analysis.ts";
import { type Curve, curvePoints, type Quantity } from "./curve.ts";
import { type LoadAxis, loadKind } from "./loadAxis.ts";
import { seriesStyle } from "./palette.ts";
import { type Counts, countsFit } from "./panel.ts";

/** One curve per system, in its colour. A single system needs no label. */
export function valueCurves(
  analysis: Analysis,
  axis: LoadAxis,
  quantity: Quantity,
  ribbon?: readonly [Quantity, Quantity],
): Curve[] {
  const several = analysis.systems.length > 1;
  return analysis.systems.map((system, i) => ({
    name: system.name,
    system: i,
    label: several ? system.name : "",
    style: seriesStyle(i),
    weight: "strong",
    points: curvePoints(axis, system, quantity, ribbon),
  }));
}

/**
 * Percentiles of one metric, the first as the strong curve, then thin ones, and p99 as marks. A single system's curves are
 * labelled by percentile; of several systems the strong ones bear the name.
 */
export function percentileCurves(
  analysis: Analysis,
  axis: LoadAxis,
  quantities: readonly Quantity[],
  ribbon?: readonly [Quantity, Quantity],
): Curve[] {
  const several = analysis.systems.length > 1;
  return analysis.systems.flatMap((system, i) =>
    quantities.map((quantity, rank): Curve => {
      const statistic = quantity.statistic ?? "";
      const band = ribbon === undefined || rank > 0 ? undefined : ribbon;
      return {
        name: `${system.name} ${statistic}`,
        system: i,
        label: several ? (rank === 0 ? system.name : "") : statistic,
        style: seriesStyle(i),
        weight: rank === 0 ? "strong" : statistic === "p99" ? "marks" : "thin",
        points: curvePoints(axis, system, quantity, band),
      };
    }),
  );
}

/** Successful requests behind each load, for the row under the ticks: one system, one stage per load, and room for it. */
export function requestCounts(analysis: Analysis, axis: LoadAxis, widthPx: number): Counts {
  const [system, second] = analysis.systems;
  if (system === undefined || second !== undefined) return null;
  const counts = new Map<number, number>();
  for (const stage of system.stages.filter((each) => loadKind(each.loadType) === axis.kind)) {
    if (counts.has(stage.load)) return null;
    if (stage.pooled.e2eMs.n === null) return null;
    counts.set(stage.load, stage.pooled.e2eMs.n);
  }
  return counts.size > 0 && countsFit(counts, axis, widthPx) ? counts : null;
}

/** Whether repetitions are drawn as dots of their own. */
export const isRepeated = (analysis: Analysis): boolean =>
  analysis.systems.some((system) => system.stages.some((stage) => stage.repetitions.length > 1));
