import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Analysis } from "../analysis.ts";
import { absentFigures } from "../figures/absentFigures.ts";
import type { DrawnFigure } from "../figures/drawFigures.ts";
import { stampOf } from "../figures/heading.ts";
import { namedStarts, onlyStarts } from "../starts.ts";
import { method, reproduce, warnings } from "./closing.ts";
import { comparisonSection } from "./comparisonSection.ts";
import { decisions } from "./decisions.ts";
import { errors } from "./errors.ts";
import { figureSection } from "./figureSection.ts";
import { Html, html } from "./html.ts";
import { identityStrip, verdict } from "./identity.ts";
import { interferenceSection } from "./interferenceSection.ts";
import { keyNumbers } from "./keyNumbers.ts";
import { podSection } from "./podSection.ts";
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

/** Of figures with a section of their own, and where it stands: before the table of stages, or after the comparison. */
const headings: Readonly<Record<string, readonly [id: string, heading: string, place: "before" | "after"]>> = {
  overview: ["overview", "Overview", "before"],
  goodput: ["goodput", "Goodput", "before"],
  latency_analysis: ["latency", "Latency", "before"],
  tail: ["tail", "Tail of latency", "before"],
  throughput_analysis: ["throughput", "Throughput", "before"],
  pareto: ["pareto", "Yield against speed", "after"],
  cost: ["cost", "Cost", "after"],
  timeline: ["timeline", "The engine over time", "after"],
};

export function reportHtml(analysis: Analysis, figures: readonly DrawnFigure[]): string {
  const started = onlyStarts(analysis);
  const startFigure = figures.find(({ name }) => name === "startup_timeline");
  // Its numbers are the table of phases.
  const timeline = startFigure === undefined ? null : figureSection(startFigure, false);
  const section = (place: "before" | "after") =>
    figures.flatMap((figure) => {
      const [id, heading, where] = headings[figure.name] ?? [];
      if (where !== place) return [];
      return [
        html`<h2 id="${id!}">${heading!}</h2>
${figureSection(figure, true)}`,
      ];
    });
  const absent = absentFigures(analysis, figures);
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
${identityStrip(analysis)}${navigation(linksOf(analysis, figures))}${verdict(analysis)}${started ? null : decisions(analysis)}${started ? startNumbers(analysis) : keyNumbers(analysis)}${startupSection(namedStarts(analysis), timeline)}${section("before")}${started ? null : stageTables(analysis)}${comparisonSection(analysis, figures)}${interferenceSection(analysis, figures)}${podSection(analysis, figures)}${section("after")}${
  absent.length === 0
    ? null
    : html`<p class="muted small">Not drawn: ${absent.join("; ")}.</p>
`
}${started ? null : errors(analysis)}${warnings(analysis)}${method(analysis)}${reproduce(analysis)}<footer>${stamp === null ? "" : `${stamp}. `}Made by LLM Bench from stack ${analysis.stack}. This file needs no network.</footer>
</main>
<script>${new Html(script)}</script>
</body>
</html>
`;
  return page.markup;
}

/** Only to what is on the page. */
function linksOf(analysis: Analysis, figures: readonly DrawnFigure[]): (readonly [id: string, name: string])[] {
  const starts = namedStarts(analysis).length;
  const started = onlyStarts(analysis);
  const drawn = (place: "before" | "after") =>
    figures.flatMap(({ name }) => {
      const [id, heading, where] = headings[name] ?? [];
      return where === place ? [[id!, heading!] as const] : [];
    });
  return [
    ...(started ? [] : [["decision", "Decision"] as const]),
    ...(started && starts > 1 ? [] : [["key-numbers", "Key numbers"] as const]),
    ...(starts > 0 ? [["startup", "Start of the engine"] as const] : []),
    ...drawn("before"),
    ...(started ? [] : [["stages", "Stages"] as const]),
    ...(analysis.comparison === null ? [] : [["comparison", "Comparison"] as const]),
    ...(analysis.interference ? [["interference", "Interference"] as const] : []),
    ...(analysis.systems.some(({ podShares }) => podShares) ? [["pods", "Pods"] as const] : []),
    ...drawn("after"),
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
