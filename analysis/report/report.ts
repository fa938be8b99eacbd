import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Analysis } from "../analysis.ts";
import type { DrawnFigure } from "../figures/drawFigures.ts";
import { stampOf } from "../figures/heading.ts";
import { namedStarts, onlyStarts } from "../starts.ts";
import { method, reproduce, warnings } from "./closing.ts";
import { comparisonTable } from "./comparisonSection.ts";
import { decisions } from "./decisions.ts";
import { errors } from "./errors.ts";
import { figureSection } from "./figureSection.ts";
import { Html, html } from "./html.ts";
import { identityStrip, verdict } from "./identity.ts";
import { keyNumbers } from "./keyNumbers.ts";
import { script } from "./script.ts";
import { stageTables } from "./stageTables.ts";
import { startNumbers } from "./startNumbers.ts";
import { startupSection } from "./startup.ts";
import { style } from "./style.ts";

/**
 * Writes one HTML file that needs nothing else: no network, no script to be read. Makes its folder.
 * @param figures as `drawFigures(analysis)` gives them
 * Rejects when the file cannot be written.
 */
export async function writeReport(analysis: Analysis, figures: readonly DrawnFigure[], file: string): Promise<void> {
  const page = reportHtml(analysis, figures);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, page);
}

const headings: Readonly<Record<string, readonly [id: string, heading: string]>> = {
  overview: ["overview", "Overview"],
  latency_analysis: ["latency", "Latency"],
  throughput_analysis: ["throughput", "Throughput"],
};

export function reportHtml(analysis: Analysis, figures: readonly DrawnFigure[]): string {
  const sections: Html[] = [];
  let compared: Html | null = null;
  let timeline: Html | null = null;
  const started = onlyStarts(analysis);
  for (const figure of figures) {
    if (figure.name === "comparison") {
      // Its numbers are the table that follows it.
      compared = figureSection(figure, false);
      continue;
    }
    if (figure.name === "startup_timeline") {
      // Its numbers are the table of phases.
      timeline = figureSection(figure, false);
      continue;
    }
    const drawn = figureSection(figure, true);
    const [id, heading] = headings[figure.name] ?? [figure.name, figure.title];
    sections.push(html`<h2 id="${id}">${heading}</h2>
${drawn}`);
  }
  const stamp = stampOf(analysis);
  const title = `${stamp === null ? "" : `${stamp}: `}${analysis.title}`;
  // The policy allows what is in the file and nothing else: even a hole in the escaping could send nothing anywhere.
  const hash = createHash("sha256").update(script).digest("base64");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="LLM Bench">
<title>${title}</title>
<style>${new Html(style())}</style>
</head>
<body>
<main>
${identityStrip(analysis)}${navigation(linksOf(analysis, compared !== null))}${verdict(analysis)}${started ? null : decisions(analysis)}${started ? startNumbers(analysis) : keyNumbers(analysis)}${startupSection(namedStarts(analysis), timeline)}${sections}${started ? null : stageTables(analysis)}${
  analysis.comparison === null
    ? null
    : html`<h2 id="comparison">Comparison</h2>
${compared}${comparisonTable(analysis)}`
}${started ? null : errors(analysis)}${warnings(analysis)}${method(analysis)}${reproduce(analysis)}<footer>${stamp === null ? "" : `${stamp}. `}Made by LLM Bench from stack ${analysis.stack}. This file needs no network.</footer>
</main>
<script>${new Html(script)}</script>
</body>
</html>
`;
  return page.markup;
}

/** Only to what is on the page. */
function linksOf(analysis: Analysis, compared: boolean): (readonly [id: string, name: string])[] {
  const starts = namedStarts(analysis).length;
  const started = onlyStarts(analysis);
  return [
    ...(started ? [] : [["decision", "Decision"] as const]),
    ...(started && starts > 1 ? [] : [["key-numbers", "Key numbers"] as const]),
    ...(starts > 0 ? [["startup", "Start of the engine"] as const] : []),
    ...(started
      ? []
      : ([
          ["overview", "Overview"],
          ["latency", "Latency"],
          ["throughput", "Throughput"],
          ["stages", "Stages"],
        ] as const)),
    ...(compared ? [["comparison", "Comparison"] as const] : []),
    ...(started ? [] : [["errors", "Errors"] as const]),
    ["warnings", "Warnings"],
    ["method", "Method"],
    ["reproduce", "Reproduce"],
  ];
}

function navigation(links: readonly (readonly [id: string, name: string])[]): Html {
  return html`<nav aria-label="Sections">${links.map(([id, name]) => html`<a href="#${id}">${name}</a> `)}</nav>
`;
}
