import { renderAsync } from "@resvg/resvg-js";
import { escapeXml } from "./escapeXml.ts";
import type { Figure } from "./figure.ts";
import { FONT_FAMILY, fontFiles, textWidth } from "./fontMetrics.ts";
import { png } from "./png.ts";
import { compile, type TopLevelSpec, vega } from "./vega.ts";

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: number | string;
}

// Vega guesses text widths where there is no canvas (vega#2940), and labels then overlap or are cut off. Not in its types.
const { textMetrics } = vega as unknown as { textMetrics: { width: (item: TextItem, text: unknown) => number } };
textMetrics.width = (item, text) => {
  const bold = item.fontWeight === "bold" || Number(item.fontWeight) >= 600;
  return textWidth(String(text ?? ""), item.fontSize ?? 11, bold ? "bold" : "normal");
};

/** A standalone SVG document: same figure, same bytes under one Node. Rejects when the spec is not valid. */
export async function renderSvg(figure: Figure): Promise<string> {
  // `compile` changes what it is given.
  const { spec } = compile(structuredClone(figure.spec) as unknown as TopLevelSpec, { logger: throwingLogger });
  const view = new vega.View(vega.parse(spec), { renderer: "none", logger: throwingLogger });
  try {
    const svg = await view.toSVG();
    return labelled(compact(svg), figure);
  } finally {
    view.finalize();
  }
}

/** A warning of Vega means that something is not drawn as asked: better no figure than a wrong one. */
const throwingLogger = {
  level: () => throwingLogger,
  error: (...message: readonly unknown[]) => fail(message),
  warn: (...message: readonly unknown[]) => fail(message),
  info: () => throwingLogger,
  debug: () => throwingLogger,
} as unknown as vega.LoggerInterface;
function fail(message: readonly unknown[]): never {
  throw new Error(`Vega: ${message.join(" ")}`);
}

/**
 * Hundredths of a px are enough; the 15 digits that Vega writes make a file half as large again, and its last digits are
 * where two machines would differ. Touches tags only, never a text. Paths that draw nothing go.
 */
function compact(svg: string): string {
  return svg
    .replace(/<path class="(?:foreground|background)"[^>]*?(?:display="none"|d="M0,0h0v0h0Z"[^>]*?)\/>/g, "")
    .replace(/<[a-z][^>]*>/g, (tag) =>
      tag.replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2)))),
    );
}

function labelled(svg: string, figure: Figure): string {
  const id = `figure-${figure.name.replace(/[^A-Za-z0-9-]/g, "-")}`;
  const open = svg.indexOf(">");
  const labels =
    ` role="img" aria-labelledby="${id}-title ${id}-desc">` +
    `<title id="${id}-title">${escapeXml(figure.title)}</title><desc id="${id}-desc">${escapeXml(figure.description)}</desc>`;
  return svg.slice(0, open) + labels + svg.slice(open + 1);
}

/**
 * PNG at twice the size of the SVG unless told otherwise, with the vendored font only: without one resvg leaves every text out and reports
 * nothing. Drawn and compressed by threads of their own, so that several take the time of one where there are cores.
 */
export async function renderPng(svg: string, zoom = 2): Promise<Uint8Array> {
  const image = await renderAsync(svg, {
    fitTo: { mode: "zoom", value: zoom },
    background: "white",
    font: {
      loadSystemFonts: false,
      fontFiles: Object.values(fontFiles),
      defaultFontFamily: FONT_FAMILY,
      sansSerifFamily: FONT_FAMILY,
    },
  });
  return png(image.width, image.height, image.pixels);
}
