import type { Measured } from "../analysis.ts";
import { countText, numberText } from "../figures/numberText.ts";
import { cellText } from "../write/cellText.ts";
import { type Content, Html, html } from "./html.ts";

export interface Column {
  readonly head: string;
  /** Explanation on hover. */
  readonly hint?: string;
  readonly align?: "left" | "right";
}

export interface Cell {
  readonly content: Content;
  /** What to sort by; null sorts last. */
  readonly sort: number | string | null;
  /** On hover: why a number is missing, or the whole of a shortened text. */
  readonly hint?: string;
}

export const text = (content: string): Cell => ({ content, sort: content });
export const count = (value: number): Cell => ({ content: numberOrZero(value), sort: value });

const numberOrZero = (value: number): Html =>
  value === 0 ? html`<span class="zero">0</span>` : html`${countText(value)}`;

/** The number, or in short why there is none (the whole reason on hover). `scale` divides, e.g. 1000 for ms shown as s. */
export function measuredCell(measured: Measured, scale = 1, format: (value: number) => string = numberText): Cell {
  if (measured.value !== null) return { content: format(measured.value / scale), sort: measured.value / scale };
  return {
    content: html`<abbr class="missing" title="${measured.reason}">${cellText(measured)}</abbr>`,
    sort: null,
    hint: measured.reason,
  };
}

/** None where the text itself sorts; "" where nothing does. Six digits: fifteen made a page a third larger. */
function sortAttribute({ content, sort }: Cell): Html {
  if (sort === content) return new Html("");
  const short = typeof sort === "number" && Number.isFinite(sort) ? Number(sort.toPrecision(6)) : (sort ?? "");
  return html` data-sort="${short}"`;
}

/** The first column heads its row. Columns sort by a click where scripts run (script.ts reads `data-sort`). */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Html {
  const align = (i: number) => (columns[i]!.align === "left" ? ' class="left"' : "");
  const cell = (each: Cell, i: number): Html => {
    const sort = sortAttribute(each);
    const hint = each.hint === undefined ? new Html("") : html` title="${each.hint}"`;
    return i === 0
      ? html`<th scope="row"${new Html(align(i))}${sort}${hint}>${each.content}</th>`
      : html`<td${new Html(align(i))}${sort}${hint}>${each.content}</td>`;
  };
  const head = columns.map((column, i) => {
    const hint = column.hint === undefined ? new Html("") : html` title="${column.hint}"`;
    return html`<th scope="col"${new Html(align(i))}${hint}>${column.head}</th>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="sortable">
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody></table></div>`;
}
