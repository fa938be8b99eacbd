import type { Analysis, ComparisonRow, Verdict } from "../analysis.ts";
import type { Spec } from "./figure.ts";
import { textWidth } from "./fontMetrics.ts";
import { ink, seriesStyle } from "./palette.ts";
import {
  comparedMetrics,
  intervalText,
  type RatioAxis,
  ratioPosition,
  ratioText,
  ratioTickText,
  usable,
  verdictText,
} from "./ratioAxis.ts";
import { pixel, textLayer } from "./textLayer.ts";
import { shorten } from "./typesetting.ts";

export const ROW_HEIGHT = 26;

export interface ForestSize {
  readonly width: number;
  readonly names: number;
  /** In place of those of a comparison. */
  readonly words?: Readonly<Record<Verdict, string>>;
}

const middle = (i: number): number => i * ROW_HEIGHT + ROW_HEIGHT / 2 + 4;

/** Rows of one direction: name, interval with its ratio, and the verdict in words at the right. All in px. */
export function forestLayers(
  rows: readonly ComparisonRow[],
  better: "higher" | "lower",
  axis: RatioAxis,
  size: ForestSize,
  analysis: Analysis,
  stamp: string | null,
): Spec[] {
  const height = rows.length * ROW_HEIGHT + 8;
  const at = (ratio: number) => ratioPosition(axis, ratio, size.width);
  const several = new Set(rows.map((row) => row.candidate)).size > 1;
  return [
    ...zone(rows, at),
    ...(stamp === null ? [] : watermark(stamp, size.width * (better === "higher" ? 0.2 : 0.8), size.width, height)),
    ...grid(axis, at, height),
    ...rows.flatMap((row, i) => bar(row, i, at, size.width, analysis)),
    ...heads(better, at(1), size),
    ...names(rows, several, size),
    ...results(rows, size),
  ];
}

function heads(better: "higher" | "lower", one: number, size: ForestSize): Spec[] {
  const title = better === "higher" ? "Throughput" : "Latency";
  const side = { higher: ["worse", "better ▶"], lower: ["◀ better", "worse"] } as const;
  const [left, right] = side[better];
  return [
    ...textLayer([{ x: -size.names, y: -12, text: title }], { size: 15, weight: "bold" }),
    ...textLayer([{ x: one - 14, y: -12, text: left }], { size: 12, color: ink.muted, align: "right" }),
    ...textLayer([{ x: one + 14, y: -12, text: right }], { size: 12, color: ink.muted }),
    ...textLayer([{ x: size.width + 24, y: -12, text: "ratio" }], { size: 12, color: ink.muted }),
    ...textLayer([{ x: size.width + 92, y: -12, text: "95 % interval" }], { size: 12, color: ink.muted }),
    ...textLayer([{ x: size.width + 212, y: -12, text: "verdict" }], { size: 12, color: ink.muted }),
  ];
}

function names(rows: readonly ComparisonRow[], several: boolean, size: ForestSize): Spec[] {
  return rows.flatMap((row, i) => {
    const metric = comparedMetrics.find((each) => each.metric === row.metric)?.label ?? row.metric;
    const repeated = rows[i - 1]?.metric === row.metric;
    const label = { x: -size.names, y: middle(i) + 4.5, text: repeated ? "" : metric };
    const space = size.names - textWidth("Output tokens/s", 13) - 26;
    const system = { x: -14, y: middle(i) + 4.5, text: several ? shorten(row.candidate, space, 12) : "" };
    return [
      ...(label.text === "" ? [] : textLayer([label], { size: 13 })),
      ...(system.text === "" ? [] : textLayer([system], { size: 12, color: ink.muted, align: "right" })),
    ];
  });
}

function results(rows: readonly ComparisonRow[], size: ForestSize): Spec[] {
  const column = (x: number, text: (row: ComparisonRow) => string) =>
    rows.map((row, i) => ({ x: size.width + x, y: middle(i) + 4.5, text: text(row) }));
  return [
    ...textLayer(
      column(24, (row) => (row.ratio.value === null ? "–" : ratioText(row.ratio.value))),
      { size: 13, weight: "bold" },
    ),
    ...textLayer(
      column(92, (row) => intervalText(row.interval)),
      { size: 13 },
    ),
    ...textLayer(
      column(212, (row) => (size.words ?? verdictText)[row.verdict]),
      { size: 13, weight: "bold" },
    ),
  ];
}

/** Where a difference is too small to matter; per row, since metrics may have margins of their own. */
function zone(rows: readonly ComparisonRow[], at: (ratio: number) => number): Spec[] {
  const values = rows.flatMap((row, i) => {
    if (row.margin === undefined) return [];
    const y = i === 0 ? 0 : i * ROW_HEIGHT + 4;
    const bottom = (i + 1) * ROW_HEIGHT + (i === rows.length - 1 ? 8 : 4);
    return [{ x: at(1 / (1 + row.margin)), x2: at(1 + row.margin), y, y2: bottom }];
  });
  if (values.length === 0) return [];
  return [
    {
      data: { values },
      mark: { type: "rect", fill: ink.zone },
      encoding: { x: pixel("x"), x2: { field: "x2" }, y: pixel("y"), y2: { field: "y2" } },
    },
  ];
}

function grid(axis: RatioAxis, at: (ratio: number) => number, height: number): Spec[] {
  const lines = axis.ticks.map((tick) => ({ x: at(tick), y: 0, y2: height + (tick === 1 ? 6 : 4), tick }));
  const encoding = { x: pixel("x"), y: pixel("y"), y2: { field: "y2" } };
  const others = lines.filter((line) => line.tick !== 1);
  return [
    { data: { values: others }, mark: { type: "rule", color: ink.grid }, encoding },
    {
      data: { values: lines.filter((line) => line.tick === 1) },
      mark: { type: "rule", color: ink.text, strokeWidth: 1.5 },
      encoding,
    },
    ...textLayer(
      lines.map(({ x, tick }) => ({ x, y: height + 20, text: ratioTickText(tick) })),
      { size: 12, color: ink.muted, align: "center" },
    ),
  ];
}

function bar(row: ComparisonRow, i: number, at: (ratio: number) => number, width: number, analysis: Analysis): Spec[] {
  if (!usable(row.ratio.value)) return [];
  const { color, outline, shape } = seriesStyle(
    Math.max(
      0,
      analysis.systems.findIndex((s) => s.name === row.candidate),
    ),
  );
  const y = middle(i);
  const point: Spec = {
    data: { values: [{ x: at(row.ratio.value), y }] },
    mark: { type: "point", shape, size: 90, fill: color, stroke: outline, strokeWidth: 1, opacity: 1 },
    encoding: { x: pixel("x"), y: pixel("y") },
  };
  if (row.interval === null) return [point];
  const x = at(row.interval.low);
  const x2 = at(row.interval.high);
  const cut = [...(x <= 0 ? [{ x: 0, y, text: "◀" }] : []), ...(x2 >= width ? [{ x: width, y, text: "▶" }] : [])];
  return [
    {
      data: { values: [{ x, x2, y }] },
      mark: { type: "rule", color, strokeWidth: 3.5, strokeCap: "round" },
      encoding: { x: pixel("x"), x2: { field: "x2" }, y: pixel("y") },
    },
    ...textLayer(
      cut.map((end) => ({ ...end, y: y + 5 })),
      { size: 13, color, align: "center" },
    ),
    point,
  ];
}

function watermark(stamp: string, x: number, width: number, height: number): Spec[] {
  const size = Math.min(30, height * 0.6, (width * 0.34) / textWidth(stamp, 1, "bold"));
  return textLayer([{ x, y: height / 2 + size * 0.36, text: stamp }], {
    size,
    weight: "bold",
    color: ink.watermark,
    align: "center",
  });
}
