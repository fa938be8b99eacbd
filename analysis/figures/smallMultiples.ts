import type { Curve } from "./curve.ts";
import { textWidth } from "./fontMetrics.ts";
import type { Page } from "./page.ts";
import { ink, type SeriesStyle } from "./palette.ts";
import { type Panel, panelAxis, ROW_NAME } from "./panel.ts";
import { shorten } from "./typesetting.ts";

/** More curves than these in one plot cannot be told apart, whatever their colours. */
const MOST = 6;
const HEIGHT = 96;
/** px of the ticks below a plot. */
const TICKS = 28;

const behind: SeriesStyle = { color: ink.axis, outline: ink.paper, shape: "circle", dash: [] };

/**
 * Of more systems than one plot can hold: a row of small panels for each, on common axes, the first system in grey behind
 * all others, so that each is compared with one thing. A page of fewer systems stays as it is.
 */
export function smallMultiples(page: Page): Page {
  const names = page.legend.map(({ text }) => text);
  if (names.length <= MOST) return page;
  // In rows, whatever the panels of a full page are: their columns share one width.
  const columns = page.panels.length;
  const width = columns === 4 ? 230 : page.size.width;
  const last = names.length - 1;
  return {
    ...page,
    legend: [{ text: `${names[0]}, in grey behind the others`, style: behind }],
    columns,
    size: { width, height: HEIGHT },
    rowGap: TICKS + ROW_NAME,
    panels: names.flatMap((name, system) =>
      page.panels.map((panel, column): Panel => {
        const row = { name: column === 0 ? name : "", head: system === 0, foot: system === last };
        return {
          ...panel,
          title: heading(panel, width),
          unit: shorten(panel.unit, width + 40, 12),
          y: panelAxis(panel),
          curves: curvesOf(panel, system),
          // Said once; the lines are the same in all rows.
          limits: (panel.limits ?? []).map((limit) => (system === 0 ? limit : { ...limit, text: "" })),
          emptyReason: "",
          row,
        };
      }),
    ),
  };
}

const heading = ({ title, better }: Panel, width: number): string =>
  shorten(title, better === null ? width : width + 60 - textWidth("▲ higher is better", 12), 15, "bold");

function curvesOf({ curves }: Panel, system: number): Curve[] {
  const own = curves.filter((curve) => curve.system === system || curve.system === undefined);
  const baseline = system === 0 ? [] : curves.filter((curve) => curve.system === 0 && isMain(curve));
  return [
    ...baseline.map((curve): Curve => ({ ...curve, label: "", style: behind, weight: "plain", points: bare(curve) })),
    ...own.map((curve) => ({ ...curve, label: "" })),
  ];
}

const isMain = ({ weight }: Curve): boolean => weight === "strong" || weight === "plain";

const bare = ({ points }: Curve): Curve["points"] =>
  points.map((point) => ({ ...point, low: null, high: null, repetitions: [] }));
