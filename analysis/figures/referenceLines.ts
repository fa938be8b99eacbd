import type { Spec } from "./figure.ts";
import { textWidth } from "./fontMetrics.ts";
import { type LoadAxis, loadPosition } from "./loadAxis.ts";
import { ink } from "./palette.ts";
import type { PanelSize } from "./panel.ts";
import { pixel, textLayer } from "./textLayer.ts";
import { type ValueAxis, valuePosition } from "./valueAxis.ts";

/** A value that should not be crossed. */
export interface Limit {
  readonly value: number;
  /** E.g. "SLO p95 ≤ 120 ms". */
  readonly text: string;
}

/** A place on the x axis where something changes. */
export interface Border {
  readonly at: number;
  /** "" draws the line alone. */
  readonly text: string;
}

/** Farther away, a line in the plot would press the curves flat. */
const FAR = 3;

/** Values that the y axis should hold: those of limits that are near enough to be drawn. */
export const limitValues = (limits: readonly Limit[], values: readonly number[]): number[] =>
  limits.map(({ value }) => value).filter((value) => value <= FAR * Math.max(...values));

/** Dotted lines across the plot; words of those beyond it stand at its top. Words go left: curves end at the right. */
export function limitLayers(limits: readonly Limit[], y: ValueAxis, size: PanelSize): Spec[] {
  const inside = limits.filter(({ value }) => value <= y.domain[1] && value >= y.domain[0]);
  const beyond = limits.filter(({ value }) => value > y.domain[1]);
  const lines = inside.map(({ value }) => ({ x: 0, x2: size.width, y: valuePosition(y, value, size.height) }));
  const placed: { x: number; y: number; text: string }[] = [];
  const named = inside.map((limit, i) => ({ ...limit, at: lines[i]!.y - 4 })).filter(({ text }) => text !== "");
  for (const [text, at] of [
    ...beyond.map(({ text }) => [`${text}: above this plot`, 12] as const),
    ...named.map(({ text, at }) => [text, at] as const),
  ]) {
    // Two limits that are close would write over each other.
    const clash = (place: number) => placed.some((other) => Math.abs(other.y - place) < 12);
    const y = [at, at + 16, at - 13, at + 29].find((place) => place > 8 && !clash(place)) ?? at;
    placed.push({ x: 4, y, text });
  }
  return [
    ...(lines.length === 0
      ? []
      : [
          {
            data: { values: lines },
            mark: { type: "rule", color: ink.text, strokeWidth: 1.5, strokeDash: [2, 3] },
            encoding: { x: pixel("x"), x2: { field: "x2" }, y: pixel("y") },
          },
        ]),
    ...textLayer(placed, { size: 11 }),
  ];
}

/** Dotted lines from top to bottom; words that would write over the one before are left out. */
export function borderLayers(borders: readonly Border[], axis: LoadAxis, size: PanelSize): Spec[] {
  if (borders.length === 0) return [];
  const lines = borders.map(({ at }) => ({ x: loadPosition(axis, at, size.width), y: 0, y2: size.height }));
  const texts: { x: number; y: number; text: string }[] = [];
  let free = Number.NEGATIVE_INFINITY;
  borders.forEach(({ text }, i) => {
    const width = textWidth(text, 11);
    const right = lines[i]!.x + 4;
    const x = right + width <= size.width ? right : lines[i]!.x - 4 - width;
    if (text === "" || x < free) return;
    texts.push({ x, y: 11, text });
    free = x + width + 6;
  });
  return [
    {
      data: { values: lines },
      mark: { type: "rule", color: ink.axis, strokeWidth: 1, strokeDash: [2, 3] },
      encoding: { x: pixel("x"), y: pixel("y"), y2: { field: "y2" } },
    },
    ...textLayer(texts, { size: 11, color: ink.muted }),
  ];
}
