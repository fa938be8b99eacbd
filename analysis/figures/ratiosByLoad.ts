import type { Analysis, ComparisonRow } from "../analysis.ts";
import type { Spec } from "./figure.ts";
import { type LoadAxis, loadAxis, loadPosition, loadTicks } from "./loadAxis.ts";
import { loadText } from "./numberText.ts";
import { ink, seriesStyle } from "./palette.ts";
import { watermark } from "./panel.ts";
import { comparedMetrics, type RatioAxis, ratioAxis, ratioPosition, ratioTickText, usable } from "./ratioAxis.ts";
import { pixel, textLayer } from "./textLayer.ts";

const HEIGHT = 170;
export const BY_LOAD_GAP = 26;
/** px below the plot for ticks and the name of the axis. */
export const BY_LOAD_FOOT = 46;

/**
 * One small panel per metric: the ratio at each matched load, all with one y axis, so that a gain at low load and a loss at
 * high load are not averaged out of sight. `width` is what all may take.
 */
export function ratiosByLoad(
  rows: readonly ComparisonRow[],
  analysis: Analysis,
  width: number,
  stamp: string | null,
): (Spec & { readonly layer: readonly Spec[]; readonly height: number })[] {
  const metrics = comparedMetrics.filter(({ metric }) => rows.some((row) => row.metric === metric));
  const loads = loadAxis(analysis);
  const ratios = ratioAxis(rows);
  const each = Math.floor((width - BY_LOAD_GAP * (metrics.length - 1)) / Math.max(metrics.length, 3));
  return metrics.map(({ metric, label, better }, i) => {
    const mine = rows.filter((row) => row.metric === metric);
    const size = { width: each, height: HEIGHT };
    return {
      ...size,
      view: { stroke: null },
      layer: [
        ...zone(mine, ratios, each),
        ...watermark(stamp, size),
        ...grid(ratios, each, i === 0),
        ...loadLabels(loads, each, i === 0),
        ...analysis.systems.flatMap((system, index) => {
          const ofSystem = mine.filter((row) => row.candidate === system.name);
          // Side by side, or intervals of several systems would hide each other.
          const shift = (index - (analysis.systems.length - 1) / 2) * Math.min(5, 24 / analysis.systems.length);
          return points(ofSystem, index, (load) => loadPosition(loads, load, each) + shift, ratios);
        }),
        ...textLayer([{ x: 0, y: -12, text: `${label} ${better === "higher" ? "▲" : "▼"}` }], {
          size: 13,
          weight: "bold",
        }),
      ],
    };
  });
}

const y = (axis: RatioAxis, ratio: number): number => HEIGHT - ratioPosition(axis, ratio, HEIGHT);

function zone(rows: readonly ComparisonRow[], axis: RatioAxis, width: number): Spec[] {
  const margin = rows[0]?.margin;
  if (margin === undefined) return [];
  return [
    {
      data: { values: [{ x: 0, x2: width, y: y(axis, 1 + margin), y2: y(axis, 1 / (1 + margin)) }] },
      mark: { type: "rect", fill: ink.zone, opacity: 0.8 },
      encoding: { x: pixel("x"), x2: { field: "x2" }, y: pixel("y"), y2: { field: "y2" } },
    },
  ];
}

function grid(axis: RatioAxis, width: number, labelled: boolean): Spec[] {
  const lines = axis.ticks.map((tick) => ({ x: 0, x2: width, y: y(axis, tick), tick }));
  const encoding = { x: pixel("x"), x2: { field: "x2" }, y: pixel("y") };
  const labels = lines.map((line) => ({ x: -8, y: line.y + 4, text: ratioTickText(line.tick) }));
  return [
    { data: { values: lines.filter((line) => line.tick !== 1) }, mark: { type: "rule", color: ink.grid }, encoding },
    { data: { values: lines.filter((line) => line.tick === 1) }, mark: { type: "rule", color: ink.text }, encoding },
    ...(labelled ? textLayer(labels, { size: 12, color: ink.muted, align: "right" }) : []),
  ];
}

function loadLabels(axis: LoadAxis, width: number, named: boolean): Spec[] {
  const ticks = loadTicks(axis, width).map((load) => ({
    x: loadPosition(axis, load, width),
    y: HEIGHT + 16,
    text: loadText(load),
  }));
  const name = { x: 0, y: HEIGHT + 36, text: axis.title };
  return [
    ...textLayer(ticks, { size: 12, color: ink.muted, align: "center" }),
    ...(named ? textLayer([name], { size: 12 }) : []),
  ];
}

function points(rows: readonly ComparisonRow[], index: number, at: (load: number) => number, axis: RatioAxis): Spec[] {
  const { color, outline, shape } = seriesStyle(index);
  const drawn = rows.flatMap(({ load, ratio, interval }) =>
    load === null || !usable(ratio.value)
      ? []
      : [
          {
            x: at(load),
            y: y(axis, ratio.value),
            low: interval && y(axis, interval.low),
            high: interval && y(axis, interval.high),
          },
        ],
  );
  if (drawn.length === 0) return [];
  const bars = drawn.filter((point) => point.low !== null);
  return [
    ...(bars.length === 0
      ? []
      : [
          {
            data: { values: bars },
            mark: { type: "rule", color, strokeWidth: 2.5 },
            encoding: { x: pixel("x"), y: pixel("low"), y2: { field: "high" } },
          },
        ]),
    {
      data: { values: drawn },
      mark: { type: "point", shape, size: 45, fill: color, stroke: outline, strokeWidth: 1, opacity: 1 },
      encoding: { x: pixel("x"), y: pixel("y") },
    },
  ];
}
