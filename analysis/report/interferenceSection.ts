import type { Analysis, Measured } from "../analysis.ts";
import type { DrawnFigure } from "../figures/drawFigures.ts";
import { loadText, percentText } from "../figures/numberText.ts";
import { intervalText, ratioText } from "../figures/ratioAxis.ts";
import type { GroupShares, InterferedSystem, InterferenceRow } from "../interference/interference.ts";
import { interferedLabel } from "../interference/sentence.ts";
import { loadName } from "../loadName.ts";
import { leftOutTexts } from "../write/interferenceTable.ts";
import { figureSection } from "./figureSection.ts";
import { type Html, html } from "./html.ts";
import { type Cell, measuredCell, table, text } from "./table.ts";

const colour: Readonly<Record<InterferenceRow["verdict"], string>> = {
  faster: "good",
  slower: "bad",
  "no difference": "muted",
  "not decided": "unsure",
};

/** What targets that were loaded at once cost each other; null: none was. */
export function interferenceSection(analysis: Analysis, figures: readonly DrawnFigure[]): Html | null {
  const { interference } = analysis;
  if (!interference) return null;
  const { systems, groups } = interference;
  return html`<h2 id="interference">Interference</h2>
${systems.map(({ sentence }) => html`<p>${sentence}</p>`)}
${figures.filter(({ name }) => name === "interference").map((figure) => figureSection(figure, false))}${ratios(systems)}
<p class="muted small">Ratio: together over alone, geometric mean over the loads that both have. Slower or faster needs the whole interval beyond the margin, no difference needs it within; p is corrected for the number of rows (Holm), but for the one over all loads that the verdict rests on.</p>
${leftOutTexts(interference).map((note) => html`<p class="muted small">${note}</p>`)}<h3>Did the loads meet, and what failed</h3>
${overlaps(systems)}
${groups.map(shares)}`;
}

function ratios(systems: readonly InterferedSystem[]): Html {
  return table(
    "Each target together with others over itself alone",
    [
      { head: "Target", align: "left" },
      { head: "Beside", align: "left" },
      { head: "Metric", align: "left" },
      { head: "Load" },
      { head: "Together / alone" },
      { head: "95 % interval" },
      { head: "Margin" },
      { head: "Repetitions" },
      { head: "p" },
      { head: "Verdict", align: "left" },
      { head: "Why", align: "left" },
    ],
    systems.flatMap(({ target, loadedWith, rows }) =>
      rows.map((row) => [
        text(target),
        text(loadedWith.join(", ")),
        text(interferedLabel(row.metric)),
        { content: row.load === null ? "all" : loadText(row.load), sort: row.load ?? 0 },
        measuredCell(row.ratio, 1, ratioText),
        { content: intervalText(row.interval), sort: row.interval?.low ?? null },
        { content: percentText(row.margin), sort: row.margin },
        { content: row.repetitions.join(" and "), sort: row.repetitions[0] },
        measuredCell(row.p, 1, (value) => (value < 0.001 ? "<0.001" : value.toFixed(3))),
        { content: html`<strong class="${colour[row.verdict]}">${row.verdict}</strong>`, sort: row.verdict },
        text(row.reason),
      ]),
    ),
  );
}

function overlaps(systems: readonly InterferedSystem[]): Html {
  return table(
    "Overlap of the windows, and failures",
    [
      { head: "System", align: "left" },
      { head: "Load", align: "left" },
      { head: "Overlap", hint: "Share of the window in which all others had the same load; smallest repetition" },
      { head: "Failed, alone" },
      { head: "Failed, together" },
    ],
    systems.flatMap(({ system, stages }) =>
      stages.map((stage) => [
        text(system),
        { content: loadName(stage), sort: stage.load },
        share(stage.overlap),
        share(stage.failuresAlone),
        share(stage.failuresTogether),
      ]),
    ),
  );
}

function shares({ systems }: GroupShares): Html {
  return html`<h3>Who was served, while ${systems.length} were loaded at once</h3>
${table(
  "Share of each target in what the group answered",
  [{ head: "System", align: "left" }, { head: "Requests" }, { head: "Output tokens" }],
  systems.map(({ system, requests, outputTokens }) => [text(system), share(requests), share(outputTokens)]),
)}`;
}

export const share = (measured: Measured): Cell => measuredCell(measured, 1, percentText);
