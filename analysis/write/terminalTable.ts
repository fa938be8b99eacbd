import type { Analysis, SystemAnalysis } from "../analysis.ts";
import { namedStarts, startSentence, startsOnly } from "../starts.ts";
import { cellText, percentText } from "./cellText.ts";
import { comparisonColumns, comparisonNotes, comparisonRows } from "./comparisonTable.ts";
import { leftOutTexts, podSentences } from "./interferenceTable.ts";
import { loadTable } from "./loadTable.ts";
import { largestLoadText } from "./objectives.ts";
import { type RemarkGroup, remarkGroups } from "./remarks.ts";
import { startTable } from "./startup.ts";
import { textTable, wrapText } from "./textTable.ts";
import { validityLine } from "./validityText.ts";

const WIDTH = 100;

/** What the user sees when a benchmark ends: at most 100 columns, plain text, no trailing newline. */
export function terminalTable(analysis: Analysis): string {
  const { title, simulated, systems, comparison, notes } = analysis;
  const paragraphs = [
    wrapText(`${simulated ? "SIMULATED: " : ""}${title}`, WIDTH),
    ...systems.map(systemLines),
    comparison === null
      ? []
      : [
          `Compared with ${comparison.baseline}, all matched loads together:`,
          ...textTable(comparisonColumns, comparisonRows(comparison, "all loads together")),
          ...comparisonNotes(comparison).flatMap((note) => wrapText(note, WIDTH, "  ")),
          "",
          ...wrapText(comparison.headline, WIDTH),
        ],
    interferenceLines(analysis),
    podSentences(analysis).flatMap((sentence) => wrapText(sentence, WIDTH, "  ")),
    [...notes, ...systemWarnings(systems), ...remarkGroups(systems).map(remarkHint)].flatMap((text) =>
      wrapText(`! ${text}`, WIDTH, "  "),
    ),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function interferenceLines({ interference }: Analysis): string[] {
  if (!interference) return [];
  const shares = interference.groups.flatMap(({ systems }) => {
    const told = systems.map(({ system, requests }) => `${system} ${cellText(requests, percentText)} %`);
    return wrapText(`Requests answered meanwhile: ${told.join(", ")}`, WIDTH, "  ");
  });
  return [
    "Loaded together:",
    ...interference.systems.flatMap(({ sentence }) => wrapText(sentence, WIDTH, "  ")),
    ...leftOutTexts(interference).flatMap((note) => wrapText(note, WIDTH, "  ")),
    ...shares,
  ];
}

function systemLines(system: SystemAnalysis): string[] {
  if (startsOnly(system)) return [...wrapText(systemTitle(system), WIDTH, "  "), ...startLines(system)];
  const { columns, rows, notes } = loadTable(system);
  const table = rows.length === 0 ? ["no stage ran"] : textTable(columns, rows);
  return [
    ...wrapText(systemTitle(system), WIDTH, "  "),
    ...table,
    ...notes.flatMap((note) => wrapText(note, WIDTH, "  ")),
    validityLine(system.validity),
    ...(system.slo === null
      ? []
      : wrapText(`Largest load within the objectives: ${largestLoadText(system.slo.largestLoad)}`, WIDTH, "  ")),
  ];
}

function startLines(system: SystemAnalysis): string[] {
  return namedStarts({ systems: [system] }).flatMap((start) => [
    ...startTable(start.startup),
    "",
    ...wrapText(startSentence(start), WIDTH, "  "),
  ]);
}

/** The remarks themselves would bury the table. */
function remarkHint({ harness, remarks }: RemarkGroup): string {
  const what = remarks.length === 1 ? "a remark" : `${remarks.length} remarks`;
  const whose = harness === "nop" ? harness : `the load came from ${harness}`;
  return `${whose}: ${what} on its numbers in stats.txt and in the report`;
}

export function systemTitle({ name, model, hardware, runs }: SystemAnalysis): string {
  const counted = runs.length === 1 ? "1 run" : `${runs.length} runs`;
  return `${name}: ${model} on ${hardware}, ${counted}`;
}

/** What makes systems suspect or invalid; with several, each says whose it is. Notes are for stats.txt and the report. */
export function systemWarnings(systems: readonly SystemAnalysis[]): string[] {
  return systems.flatMap(({ name, validity }) =>
    validity.findings
      .filter(({ severity }) => severity !== "note")
      .map(({ text }) => (systems.length > 1 ? `${name}: ${text}` : text)),
  );
}
