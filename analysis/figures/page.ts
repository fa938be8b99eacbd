import { labelSpace } from "./directLabels.ts";
import { printable } from "./escapeXml.ts";
import type { Spec } from "./figure.ts";
import { FONT_STACK, textWidth } from "./fontMetrics.ts";
import type { LoadAxis } from "./loadAxis.ts";
import { ink, type SeriesStyle } from "./palette.ts";
import {
  type Counts,
  DEFINITION_SIZE,
  PANEL_HEAD,
  type Panel,
  type PanelSize,
  panelFoot,
  panelSpec,
  ROW_NAME,
} from "./panel.ts";
import { pixel, textLayer } from "./textLayer.ts";
import { shorten, wrap } from "./typesetting.ts";

export interface LegendEntry {
  readonly text: string;
  readonly style: SeriesStyle;
}

export interface Heading {
  readonly title: string;
  readonly subtitle: string;
  /** "SIMULATED" or "PARTLY SIMULATED"; null: measured. */
  readonly stamp: string | null;
  readonly legend: readonly LegendEntry[];
  /** Sentences under the panels. */
  readonly captions: readonly string[];
}

export interface Page extends Heading {
  readonly panels: readonly Panel[];
  readonly columns: number;
  readonly size: PanelSize;
  readonly axis: LoadAxis;
  readonly counts: Counts;
  /** px from the plots of one row to those of the next, where only the last one has a foot. */
  readonly rowGap?: number;
}

/** px left of a plot for the labels of its y axis. */
export const LEFT = 54;

/** Panels in a grid, with a heading above and captions below that hang on the first and the last row. */
export function pageSpec(page: Page): Spec {
  const right = labelSpace(page.panels.flatMap((panel) => panel.curves));
  const lines = Math.max(
    ...page.panels.map((panel) => wrap(panel.definition, page.size.width + 20, DEFINITION_SIZE).length),
  );
  const foot = panelFoot(page.counts) + lines * 15;
  const spacing = { column: right + LEFT, row: page.rowGap ?? foot + PANEL_HEAD + 18 };
  const width = LEFT + page.columns * page.size.width + (page.columns - 1) * spacing.column + right;
  const lastRow = Math.floor((page.panels.length - 1) / page.columns) * page.columns;
  const views = page.panels.map((panel, i) => {
    const named = (panel.row?.name ?? null) !== null;
    const view = panelSpec(panel, page.axis, page.size, page.counts, page.stamp);
    return {
      ...view,
      layer: [
        ...(view.layer as Spec[]),
        ...(i === 0 ? headingLayers(page, width, PANEL_HEAD + (named ? ROW_NAME : 0)) : []),
        ...(i === lastRow ? captionLayers(page.captions, width, page.size.height + foot + 6) : []),
      ],
    };
  });
  return documentSpec(page, { concat: views, columns: page.columns, spacing, bounds: "flush" });
}

/** What all figures share: paper, font, no interactive accessibility tree (the SVG has role img with title and desc). */
export function documentSpec(heading: Heading, content: Spec): Spec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: printable(
      `${heading.stamp === null ? "" : `${heading.stamp}. `}${heading.title}. ${heading.subtitle}`,
    ),
    background: ink.paper,
    padding: 20,
    config: { aria: false, font: FONT_STACK, legend: { disable: true } },
    ...content,
  };
}

/** Hangs above the first panel's plot, whose left edge is x = 0 here; ends `clearance` px above it. */
export function headingLayers(heading: Heading, width: number, clearance: number): Spec[] {
  const stampWidth = heading.stamp === null ? 0 : textWidth(heading.stamp, 13, "bold") + 20;
  const title = shorten(heading.title, width - stampWidth - 24, 20, "bold");
  const subtitle = wrap(heading.subtitle, width, 13);
  const rows = legendRows(heading.legend, width);
  const top = -clearance - 28 - 18 * subtitle.length - (rows.length === 0 ? 0 : 20 * rows.length + 6);
  const legendTop = top + 18 * subtitle.length + 24;
  return [
    ...textLayer([{ x: -LEFT, y: top, text: title }], { size: 20, weight: "bold" }),
    ...textLayer(
      subtitle.map((text, i) => ({ x: -LEFT, y: top + 22 + 18 * i, text })),
      { size: 13, color: ink.muted },
    ),
    ...(heading.stamp === null ? [] : stamp(heading.stamp, width - LEFT, top, stampWidth)),
    ...rows.flatMap((row, i) => row.flatMap((entry) => legendEntry(entry, -LEFT, legendTop + 20 * i))),
  ];
}

function stamp(text: string, right: number, y: number, width: number): Spec[] {
  return [
    {
      data: { values: [{ x: right - width, x2: right, y: y - 17, y2: y + 6 }] },
      mark: { type: "rect", fill: ink.stampPaper, stroke: ink.simulated, strokeWidth: 1.5, cornerRadius: 4 },
      encoding: { x: pixel("x"), x2: { field: "x2" }, y: pixel("y"), y2: { field: "y2" } },
    },
    ...textLayer([{ x: right - width / 2, y: y - 1, text }], {
      size: 13,
      weight: "bold",
      color: ink.simulated,
      align: "center",
    }),
  ];
}

interface PlacedEntry extends LegendEntry {
  readonly x: number;
}

function legendRows(entries: readonly LegendEntry[], width: number): PlacedEntry[][] {
  const rows: PlacedEntry[][] = [];
  let x = width;
  for (const entry of entries) {
    const text = shorten(entry.text, width - 60, 13);
    const wide = 38 + textWidth(text, 13) + 26;
    if (rows.length === 0 || x + wide - 26 > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)!.push({ ...entry, text, x });
    x += wide;
  }
  return rows;
}

function legendEntry(entry: PlacedEntry, left: number, y: number): Spec[] {
  const x = left + entry.x;
  const { color, outline, shape, dash } = entry.style;
  return [
    {
      data: { values: [{ x, x2: x + 30, y }] },
      mark: { type: "rule", color, strokeWidth: 2.5, strokeDash: dash },
      encoding: { x: pixel("x"), x2: { field: "x2" }, y: pixel("y") },
    },
    {
      data: { values: [{ x: x + 15, y }] },
      mark: { type: "point", shape, size: 70, fill: color, stroke: outline, strokeWidth: 1, opacity: 1 },
      encoding: { x: pixel("x"), y: pixel("y") },
    },
    ...textLayer([{ x: x + 38, y: y + 4.5, text: entry.text }], { size: 13 }),
  ];
}

export function captionLayers(captions: readonly string[], width: number, top: number): Spec[] {
  const lines = captions.flatMap((caption) => wrap(caption, width, 12));
  return textLayer(
    lines.map((text, i) => ({ x: -LEFT, y: top + 12 + 17 * i, text })),
    { size: 12, color: ink.text },
  );
}
