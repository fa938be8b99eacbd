import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Analysis } from "../analysis.ts";
import type { DrawnFigure } from "../figures/drawFigures.ts";
import { stampOf } from "../figures/heading.ts";
import { method, reproduce, warnings } from "./closing.ts";
import { comparisonTable } from "./comparisonSection.ts";
import { errors } from "./errors.ts";
import { figureSection } from "./figureSection.ts";
import { Html, html } from "./html.ts";
import { identityStrip, verdict } from "./identity.ts";
import { keyNumbers } from "./keyNumbers.ts";
import { script } from "./script.ts";
import { stageTables } from "./stageTables.ts";
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
  for (const figure of figures) {
    if (figure.name === "comparison") {
      // Its numbers are the table that follows it.
      compared = figureSection(figure, false);
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
${identityStrip(analysis)}${navigation(compared !== null)}${verdict(analysis)}${keyNumbers(analysis)}${sections}${stageTables(analysis)}${
  analysis.comparison === null
    ? null
    : html`<h2 id="comparison">Comparison</h2>
${compared}${comparisonTable(analysis)}`
}${errors(analysis)}${warnings(analysis)}${method(analysis)}${reproduce(analysis)}<footer>${stamp === null ? "" : `${stamp}. `}Made by LLM Bench from stack ${analysis.stack}. This file needs no network.</footer>
</main>
<script>${new Html(script)}</script>
</body>
</html>
`;
  return page.markup;
}

function navigation(compared: boolean): Html {
  const links = [
    ["key-numbers", "Key numbers"],
    ["overview", "Overview"],
    ["latency", "Latency"],
    ["throughput", "Throughput"],
    ["stages", "Stages"],
    ...(compared ? [["comparison", "Comparison"]] : []),
    ["errors", "Errors"],
    ["warnings", "Warnings"],
    ["method", "Method"],
    ["reproduce", "Reproduce"],
  ];
  return html`<nav aria-label="Sections">${links.map(([id, name]) => html`<a href="#${id!}">${name!}</a> `)}</nav>
`;
}
