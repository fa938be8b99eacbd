import { textWidth } from "../../../analysis/figures/fontMetrics.ts";
import { ink } from "../../../analysis/figures/palette.ts";

/** A text of an SVG with its box in px of the page; the box is from the font's own widths. */
export interface DrawnText {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /** Baseline. */
  readonly y: number;
  readonly size: number;
  readonly watermark: boolean;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly texts: readonly DrawnText[];
}

/** Reads what Vega writes: translated groups and single-line texts. Throws on markup that does not nest. */
export function readSvg(svg: string): Drawing {
  const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  const texts: DrawnText[] = [];
  const open: { readonly tag: string; readonly x: number; readonly y: number }[] = [];
  for (const match of svg.matchAll(/<(\/?)([a-z]+)([^>]*?)(\/?)>([^<]*)/gi)) {
    const [, closing, tag = "", attributes = "", empty, content = ""] = match;
    if (closing === "/") {
      const last = open.pop();
      if (last?.tag !== tag) throw new Error(`</${tag}> closes <${last?.tag}>`);
      continue;
    }
    const outer = open.at(-1) ?? { x: 0, y: 0 };
    const move = /transform="translate\(([-\d.]+),([-\d.]+)\)/.exec(attributes);
    const x = outer.x + Number(move?.[1] ?? 0);
    const y = outer.y + Number(move?.[2] ?? 0);
    if (tag === "text") texts.push(drawnText(attributes, unescapeXml(content), x, y));
    if (empty !== "/") open.push({ tag, x, y });
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)!.tag}> is not closed`);
  return { width: Number(width), height: Number(height), texts };
}

function drawnText(attributes: string, text: string, x: number, y: number): DrawnText {
  const attribute = (name: string) => new RegExp(` ?\\b${name}="([^"]*)"`).exec(attributes)?.[1];
  const size = Number.parseFloat(attribute("font-size") ?? "11");
  const width = textWidth(text, size, Number(attribute("font-weight") ?? 400) >= 600 ? "bold" : "normal");
  const anchor = attribute("text-anchor") ?? "start";
  const left = anchor === "middle" ? x - width / 2 : anchor === "end" ? x - width : x;
  return { text, left, right: left + width, y, size, watermark: attribute("fill") === ink.watermark };
}

export const unescapeXml = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/** Pairs of texts that write over each other, and texts that leave the page; watermarks lie under everything. */
export function misplaced({ width, height, texts }: Drawing): string[] {
  const shown = texts.filter((each) => !each.watermark && each.text.trim() !== "");
  const outside = shown
    .filter((t) => t.left < 0 || t.right > width || t.y - t.size * 0.75 < 0 || t.y + t.size * 0.25 > height)
    .map((t) => `"${t.text}" leaves the page`);
  const collisions = shown.flatMap((a, i) =>
    shown
      .slice(i + 1)
      .filter((b) => a.left < b.right - 0.5 && b.left < a.right - 0.5)
      .filter((b) => a.y - a.size * 0.72 < b.y && b.y - b.size * 0.72 < a.y)
      .map((b) => `"${a.text}" lies on "${b.text}"`),
  );
  return [...outside, ...collisions];
}
