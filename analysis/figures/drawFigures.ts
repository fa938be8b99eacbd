import type { Analysis } from "../analysis.ts";
import type { Figure } from "./figure.ts";
import { figures } from "./figures.ts";
import { renderSvg } from "./render.ts";

/** A figure and its picture, for all that shows it: files, report. */
export interface DrawnFigure extends Figure {
  /** A standalone SVG document. */
  readonly svg: string;
}

/** All figures of an analysis, each drawn once: a drawing takes a quarter of a second. Rejects when one cannot be drawn. */
export async function drawFigures(analysis: Analysis): Promise<DrawnFigure[]> {
  const drawn: DrawnFigure[] = [];
  for (const figure of figures(analysis)) drawn.push({ ...figure, svg: await renderSvg(figure) });
  return drawn;
}
