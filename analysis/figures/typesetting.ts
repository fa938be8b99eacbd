import { textWidth, type Weight } from "./fontMetrics.ts";

/** Lines no wider than `widthPx`; a single longer word is cut with an ellipsis. */
export function wrap(text: string, widthPx: number, sizePx: number, weight: Weight = "normal"): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textWidth(longer, sizePx, weight) <= widthPx) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = shorten(word, widthPx, sizePx, weight);
  }
  if (line !== "") lines.push(line);
  return lines;
}

/** The text itself, or its beginning with "…" when it is wider than `widthPx`. */
export function shorten(text: string, widthPx: number, sizePx: number, weight: Weight = "normal"): string {
  if (textWidth(text, sizePx, weight) <= widthPx) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, sizePx, weight) > widthPx) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/**
 * Moves labels (px, middle of the line) apart until they are `gap` px from each other, within 0..`height` where they fit.
 * Keeps their vertical order, so that a label stays on its side of its neighbours. Same order in and out.
 */
export function spread(wanted: readonly number[], gap: number, height: number): number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y || a.index - b.index);
  const placed = order.map(({ y }) => Math.min(Math.max(y, 0), height));
  for (let i = 1; i < placed.length; i++) placed[i] = Math.max(placed[i]!, placed[i - 1]! + gap);
  let limit = Math.max(height, (placed.length - 1) * gap);
  for (let i = placed.length - 1; i >= 0; i--) {
    placed[i] = Math.min(placed[i]!, limit);
    limit = placed[i]! - gap;
  }
  const result = new Array<number>(wanted.length);
  order.forEach(({ index }, i) => {
    result[index] = placed[i]!;
  });
  return result;
}
