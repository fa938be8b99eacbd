import type { Analysis, StageAnalysis, SystemAnalysis } from "../analysis.ts";
import { type Curve, isFailing, missesObjectives, type Quantity, read, stagesOnAxis } from "./curve.ts";
import type { LoadAxis } from "./loadAxis.ts";
import { loadText } from "./numberText.ts";
import { seriesStyle } from "./palette.ts";

/** More groups than these write over each other; the rest is in the table of the figure. */
const MOST = 6;

/** Loads that all systems ran, in their order: only there is a difference one of the systems. */
export function matchedLoads(analysis: Analysis, axis: LoadAxis): number[] {
  return axis.loads.filter((load) => analysis.systems.every((system) => stageAt(axis, system, load) !== undefined));
}

const stageAt = (axis: LoadAxis, system: SystemAnalysis, load: number): StageAnalysis | undefined =>
  stagesOnAxis(axis, system).find((stage) => stage.load === load);

/** The lowest, the highest, and as many between them as can be told apart. */
export function shownLoads(loads: readonly number[]): number[] {
  if (loads.length <= MOST) return [...loads];
  return Array.from({ length: MOST }, (_, i) => loads[Math.round((i * (loads.length - 1)) / (MOST - 1))]!);
}

/** One place per load, all equally wide, systems side by side in each. */
export function groupAxis(axis: LoadAxis, loads: readonly number[]): LoadAxis {
  return {
    ...axis,
    log: false,
    domain: [-0.5, Math.max(0.5, loads.length - 0.5)],
    loads: loads.map((_, i) => i),
    tickText: (place) => loadText(loads[place] ?? 0),
  };
}

/** x of a system in its group. */
export const placeOf = (group: number, index: number, systems: number): number =>
  group + ((index - (systems - 1) / 2) * 0.7) / Math.max(systems, 2);

/** A dot per system and load with a bar around it. */
export function groupedDots(
  analysis: Analysis,
  axis: LoadAxis,
  loads: readonly number[],
  quantity: Quantity,
  bar?: readonly [Quantity, Quantity],
): Curve[] {
  return analysis.systems.map((system, index) => ({
    name: system.name,
    label: "",
    style: seriesStyle(index),
    weight: "dots",
    points: loads.flatMap((load, group) => {
      const stage = stageAt(axis, system, load);
      if (stage === undefined) return [];
      const value = (wanted: Quantity | undefined) => (wanted === undefined ? null : read(stage.pooled, wanted));
      const [low, high] = [value(bar?.[0]), value(bar?.[1])];
      return [
        {
          load: placeOf(group, index, analysis.systems.length),
          value: value(quantity),
          low: high === null ? null : low,
          high: low === null ? null : high,
          failed: isFailing(stage.pooled) || missesObjectives(system, stage),
          repetitions: [],
        },
      ];
    }),
  }));
}
