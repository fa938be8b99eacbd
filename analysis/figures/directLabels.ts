import type { Curve } from "./curve.ts";
import type { Spec } from "./figure.ts";
import { textWidth } from "./fontMetrics.ts";
import { type LoadAxis, loadPosition } from "./loadAxis.ts";
import { ink } from "./palette.ts";
import type { PanelSize } from "./panel.ts";
import { pixel, textLayer } from "./textLayer.ts";
import { shorten, spread } from "./typesetting.ts";
import { type ValueAxis, valuePosition } from "./valueAxis.ts";

const LABEL_SIZE = 12;
const LABEL_WIDTH = 104;
const GAP = 22;

/** px right of the plot that the labels of these curves take. */
export function labelSpace(curves: readonly Curve[]): number {
  const widths = curves.map((curve) => Math.min(LABEL_WIDTH, textWidth(curve.label, LABEL_SIZE)));
  return Math.max(0, ...widths) + GAP + 4;
}

/** Names beside the last point of each curve, moved apart where curves end together, with a thin line to their point. */
export function directLabels(curves: readonly Curve[], axis: LoadAxis, y: ValueAxis, size: PanelSize): Spec[] {
  const ends = curves.flatMap((curve) => {
    const last = curve.points.findLast((point) => point.value !== null);
    if (curve.label === "" || last === undefined) return [];
    return [
      {
        color: curve.style.color,
        text: shorten(curve.label, LABEL_WIDTH, LABEL_SIZE),
        pointX: loadPosition(axis, last.load, size.width),
        pointY: valuePosition(y, last.value!, size.height),
      },
    ];
  });
  if (ends.length === 0) return [];
  const places = spread(
    ends.map((end) => end.pointY),
    15,
    size.height,
  );
  const leaders = ends.map((end, i) => ({
    x: end.pointX + 5,
    y: end.pointY,
    x2: size.width + GAP - 5,
    y2: places[i]!,
    color: end.color,
  }));
  return [
    {
      data: { values: leaders },
      mark: { type: "rule", strokeWidth: 1, opacity: 0.55 },
      encoding: {
        x: pixel("x"),
        y: pixel("y"),
        x2: { field: "x2" },
        y2: { field: "y2" },
        stroke: { field: "color", type: "nominal", scale: null },
      },
    },
    ...textLayer(
      ends.map((end, i) => ({ x: size.width + GAP, y: places[i]! + 4, text: end.text })),
      { size: LABEL_SIZE, color: ink.text },
    ),
  ];
}
