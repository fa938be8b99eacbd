import type { DrawnFigure } from "../figures/drawFigures.ts";
import type { Figure } from "../figures/figure.ts";
import { countText, numberText } from "../figures/numberText.ts";
import { Html, html } from "./html.ts";
import { shareMarks } from "./sharedMarks.ts";
import { type Cell, table } from "./table.ts";

/** A table of thousands of samples is read by no one, and of several engines it alone would be half of the page. */
const MOST_ROWS = 1000;

/** The picture inline, and below it its numbers, for those who cannot see it and those who want them. */
export function figureSection(figure: DrawnFigure, withNumbers: boolean): Html {
  // Namespaces are for files; in a page they would be its only addresses of somewhere else.
  const bare = figure.svg.replaceAll(/ xmlns(:xlink)?="[^"]*"/g, "");
  // The style sheet names the font once, and full opacity is what everything has.
  const svg = shareMarks(bare.replaceAll(/ font-family="[^"]*"| opacity="1"/g, ""), figure.name);
  const drawn = html`<figure><div class="plot" tabindex="0" role="group" aria-label="${figure.title}">${new Html(svg)}</div></figure>
`;
  if (!withNumbers) return drawn;
  const { length } = figure.table.rows;
  if (length > MOST_ROWS)
    return html`${drawn}<p class="muted small">The ${countText(length)} rows behind it are in analysis/plots/${figure.name}.csv: too many for a page.</p>
`;
  return html`${drawn}<details><summary>Numbers of this figure</summary>
${dataTable(figure)}
</details>
`;
}

function dataTable({ title, table: data }: Figure): Html {
  const first = data.rows[0] ?? [];
  return table(
    `Numbers of: ${title}`,
    data.columns.map((head, i) => ({ head, align: typeof first[i] === "string" ? "left" : "right" })),
    data.rows.map((row) =>
      row.map((value): Cell => {
        if (value === null) return { content: "–", sort: null };
        return { content: typeof value === "number" ? numberText(value) : value, sort: value };
      }),
    ),
  );
}
