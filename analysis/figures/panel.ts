import type { Curve } from "./curve.ts";
import { curveLayers } from "./curveLayers.ts";
import { directLabels } from "./directLabels.ts";
import type { Spec } from "./figure.ts";
import { FONT_STACK, textWidth } from "./fontMetrics.ts";
import { type LoadAxis, loadPosition, loadTicks } from "./loadAxis.ts";
import { countText, loadText } from "./numberText.ts";
import { ink } from "./palette.ts";
import { type Border, borderLayers, type Limit, limitLayers, limitValues } from "./referenceLines.ts";
import { textLayer } from "./textLayer.ts";
import { wrap } from "./typesetting.ts";
import { type ValueAxis, valueAxis, valuePosition } from "./valueAxis.ts";

export interface Panel {
  readonly title: string;
  readonly better: "higher" | "lower" | null;
  /** What the y axis counts, e.g. "output tokens/s". */
  readonly unit: string;
  /** One sentence below the panel. */
  readonly definition: string;
  readonly curves: readonly Curve[];
  readonly mayBeLog: boolean;
  /** Words at a point, e.g. the highest value as a number. */
  readonly note?: PointNote | null;
  /** Shown in the plot when no curve has a point. */
  readonly emptyReason: string;
  /** In place of the page's: what is not drawn against the load. */
  readonly axis?: LoadAxis;
  /** In place of the one that its values ask for. */
  readonly y?: ValueAxis;
  /** Of d3-format, for the numbers at the y axis. */
  readonly yFormat?: string;
  /** Objectives: dotted lines with words. */
  readonly limits?: readonly Limit[];
  /** Dotted lines at a place of the x axis, with words at the top. */
  readonly borders?: readonly Border[];
  /** One of several rows on common axes: what only one of them says. */
  readonly row?: PanelRow;
  /** Small words at points, e.g. the load. */
  readonly texts?: readonly PointNote[];
}

export interface PanelRow {
  /** Stands between the head and the plot, in the first column; null where the head tells what the row is. */
  readonly name: string | null;
  /** Whether title and unit stand above it, the title of the axis and the definition below it. */
  readonly head: boolean;
  readonly foot: boolean;
}

export interface PointNote {
  readonly load: number;
  readonly value: number;
  readonly text: string;
}

export interface PanelSize {
  readonly width: number;
  readonly height: number;
}

/** Requests behind the points of each load, where one row of numbers tells it for all curves; null leaves the row out. */
export type Counts = ReadonlyMap<number, number> | null;

export const DEFINITION_SIZE = 11;
/** px above the plot for title and unit, and below it for ticks, counts and axis title, before the definition. */
export const PANEL_HEAD = 44;
/** px that the name of a row takes. */
export const ROW_NAME = 22;
export const panelFoot = (counts: Counts): number => (counts === null ? 58 : 74);

export function panelSpec(panel: Panel, load: LoadAxis, size: PanelSize, requests: Counts, stamp: string | null): Spec {
  const axis = panel.axis ?? load;
  const counts = panel.axis === undefined ? requests : null;
  const isEmpty = drawnValues(panel.curves).length === 0;
  const limits = isEmpty ? [] : (panel.limits ?? []);
  // Numbers beside an empty plot would be a range that nothing has.
  const y = isEmpty && panel.y === undefined ? { ...panelAxis(panel), ticks: [] } : panelAxis(panel);
  return {
    width: size.width,
    height: size.height,
    view: { stroke: null },
    layer: [
      ...watermark(stamp, size),
      ...borderLayers(panel.borders ?? [], axis, size),
      ...limitLayers(limits, y, size),
      { encoding: axes(axis, y, size, panel.yFormat), layer: curveLayers(panel.curves) },
      ...directLabels(panel.curves, axis, y, size),
      ...note(panel.note ?? null, axis, y, size),
      ...pointTexts(panel.texts ?? [], axis, y, size),
      ...(panel.row?.head === false ? [] : head(panel, y)),
      ...rowName(panel),
      ...tickTexts(axis, size),
      ...(panel.row?.foot === false
        ? []
        : [...countRow(counts, axis, size), ...definition(panel, size, panelFoot(requests))]),
      ...(isEmpty ? empty(panel, size) : []),
    ],
  };
}

const drawnValues = (curves: readonly Curve[]): number[] =>
  curves
    .flatMap((curve) => curve.points.flatMap((point) => [point.value, point.low, point.high, ...point.repetitions]))
    .filter((value) => value !== null);

/** Around all that is drawn, and around objectives that are near. */
export function panelAxis({ y, curves, limits = [], mayBeLog }: Panel): ValueAxis {
  const values = drawnValues(curves);
  return y ?? valueAxis([...values, ...(values.length === 0 ? [] : limitValues(limits, values))], mayBeLog);
}

function axes(axis: LoadAxis, y: ValueAxis, size: PanelSize, yFormat?: string): Spec {
  const font = { labelFont: FONT_STACK, labelFontSize: 12, labelColor: ink.muted, titleFont: FONT_STACK };
  return {
    x: {
      field: "load",
      type: "quantitative",
      scale: { type: axis.log ? "log" : "linear", ...(axis.log ? { base: 2 } : {}), domain: axis.domain, nice: false },
      axis: {
        ...font,
        // A title of our own below the row of counts: Vega would put it between.
        title: null,
        values: loadTicks(axis, size.width),
        format: ",.6~g",
        labels: axis.tickText === undefined,
        labelOverlap: false,
        labelFlush: false,
        labelPadding: 4,
        grid: false,
        tickSize: 5,
        tickColor: ink.axis,
        domainColor: ink.axis,
      },
    },
    y: {
      field: "value",
      type: "quantitative",
      scale: { type: y.log ? "log" : "linear", domain: y.domain, nice: false, ...(y.log ? {} : { zero: true }) },
      axis: {
        ...font,
        title: null,
        values: y.ticks,
        // An expression, because a format in SI units would write zero as "0k".
        ...(yFormat === undefined && y.domain[1] >= 100_000
          ? { labelExpr: "format(datum.value, '~s')" }
          : // Nor is there a sign before it.
            { labelExpr: `datum.value === 0 ? '0' : format(datum.value, '${yFormat ?? ",.6~g"}')` }),
        labelOverlap: false,
        labelPadding: 6,
        ticks: false,
        domain: false,
        gridColor: ink.grid,
      },
    },
  };
}

function note(at: PointNote | null, axis: LoadAxis, y: ValueAxis, size: PanelSize): Spec[] {
  if (at === null) return [];
  const x = loadPosition(axis, at.load, size.width);
  const right = x > size.width / 2;
  const width = textWidth(at.text, 12, "bold");
  // Away from the nearer edge, and a point in the middle not beyond the other one either.
  const left = Math.max(-4, Math.min(right ? x + 4 - width : x - 4, size.width + 4 - width));
  const place = { x: left, y: valuePosition(y, at.value, size.height) - 11, text: at.text };
  return textLayer([place], { size: 12, weight: "bold" });
}

/** Those that would write over one before are left out: crowded points are told by their neighbours. */
function pointTexts(texts: readonly PointNote[], axis: LoadAxis, y: ValueAxis, size: PanelSize): Spec[] {
  const placed: { readonly x: number; readonly y: number; readonly text: string }[] = [];
  for (const { load, value, text } of texts) {
    const x = loadPosition(axis, load, size.width) + 7;
    const top = valuePosition(y, value, size.height) - 6;
    const free = placed.every(
      (other) =>
        Math.abs(other.y - top) >= 12 ||
        x >= other.x + textWidth(other.text, 11) + 3 ||
        other.x >= x + textWidth(text, 11) + 3,
    );
    if (free) placed.push({ x, y: top, text });
  }
  return textLayer(placed, { size: 11, color: ink.muted });
}

/** Where a place of the axis has a name and no number of its own. */
function tickTexts(axis: LoadAxis, size: PanelSize): Spec[] {
  const { tickText } = axis;
  if (tickText === undefined) return [];
  const ticks = loadTicks(axis, size.width).map((load) => ({
    x: loadPosition(axis, load, size.width),
    y: size.height + 18,
    text: tickText(load),
  }));
  return textLayer(ticks, { size: 12, color: ink.muted, align: "center" });
}

function head(panel: Panel, y: ValueAxis): Spec[] {
  const better = { higher: "▲ higher is better", lower: "▼ lower is better" };
  const up = (panel.row?.name ?? null) === null ? 0 : ROW_NAME;
  return [
    ...textLayer([{ x: 0, y: -28 - up, text: panel.title }], { size: 15, weight: "bold" }),
    ...(panel.better === null
      ? []
      : textLayer([{ x: textWidth(panel.title, 15, "bold") + 10, y: -28 - up, text: better[panel.better] }], {
          size: 12,
          color: ink.muted,
        })),
    ...textLayer([{ x: 0, y: -11 - up, text: `${panel.unit}${y.log ? " (log scale)" : ""}` }], {
      size: 12,
      color: ink.muted,
    }),
  ];
}

function rowName({ row }: Panel): Spec[] {
  if ((row?.name ?? "") === "") return [];
  return textLayer([{ x: 0, y: -9, text: row!.name! }], { size: 13, weight: "bold" });
}

function definition(panel: Panel, size: PanelSize, top: number): Spec[] {
  const lines = wrap(panel.definition, size.width + 20, DEFINITION_SIZE);
  return textLayer(
    lines.map((text, i) => ({ x: 0, y: size.height + top + i * 15, text })),
    { size: DEFINITION_SIZE, color: ink.muted },
  );
}

function countRow(counts: Counts, axis: LoadAxis, size: PanelSize): Spec[] {
  const title = { x: size.width / 2, y: size.height + panelFoot(counts) - 22, text: axis.title };
  const titleLayer = textLayer([title], { size: 12, align: "center" });
  if (counts === null) return titleLayer;
  const y = size.height + 34;
  const row = loadTicks(axis, size.width).map((load) => {
    const n = counts.get(load);
    return { x: loadPosition(axis, load, size.width), y, text: n === undefined ? "–" : countText(n) };
  });
  return [
    ...textLayer(row, { size: 11, color: ink.muted, align: "center" }),
    ...textLayer([{ x: -12, y, text: "n =" }], { size: 11, color: ink.muted, align: "right" }),
    ...titleLayer,
  ];
}

/** Whether a row of counts fits under the ticks. */
export function countsFit(counts: ReadonlyMap<number, number>, axis: LoadAxis, widthPx: number): boolean {
  const boxes = loadTicks(axis, widthPx).map((load) => ({
    at: loadPosition(axis, load, widthPx),
    half: Math.max(textWidth(countText(counts.get(load) ?? 0), 11), textWidth(loadText(load), 12)) / 2,
  }));
  return boxes.every((box, i) => i === 0 || box.at - box.half - boxes[i - 1]!.at - boxes[i - 1]!.half >= 6);
}

/** Part of the plot, so that a panel cut out of its figure still carries it. */
export function watermark(stamp: string | null, size: PanelSize): Spec[] {
  if (stamp === null) return [];
  const fontSize = Math.min(40, (size.width * 0.8) / textWidth(stamp, 1, "bold"));
  const place = { x: size.width / 2, y: size.height / 2 + fontSize * 0.36, text: stamp };
  return textLayer([place], { size: fontSize, weight: "bold", color: ink.watermark, align: "center" });
}

function empty(panel: Panel, size: PanelSize): Spec[] {
  const lines = wrap(panel.emptyReason, size.width - 40, 12);
  return textLayer(
    lines.map((text, i) => ({ x: size.width / 2, y: size.height / 2 - 8 * (lines.length - 1) + 16 * i, text })),
    { size: 12, align: "center" },
  );
}
