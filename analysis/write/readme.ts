import type { Analysis, SystemAnalysis } from "../analysis.ts";
import { namedStarts, onlyStarts, startsOnly } from "../starts.ts";
import { cellText } from "./cellText.ts";
import { comparisonColumns, comparisonNotes, comparisonRows, differenceTable } from "./comparisonTable.ts";
import { decisionLines, objectivesRows } from "./decisionText.ts";
import { definitions, startDefinitions } from "./definitions.ts";
import {
  groupColumns,
  groupRows,
  interferenceColumns,
  interferenceRows,
  leftOutTexts,
  podColumns,
  podRows,
  podSentences,
} from "./interferenceTable.ts";
import { loadTable } from "./loadTable.ts";
import { noObjectives } from "./objectives.ts";
import { remarkGroups } from "./remarks.ts";
import { filledColumns, judgedStages, notRecorded, sloText, steadyText } from "./stageColumns.ts";
import { startColumns, startRows } from "./startup.ts";
import { systemSentence } from "./systemSentence.ts";
import { systemTitle, systemWarnings } from "./terminalTable.ts";
import type { Column } from "./textTable.ts";

export interface ReadmeLinks {
  /** Figures in the order in which they are shown; `file` relative to the README; titles say SIMULATED where it applies. */
  readonly images: readonly { readonly file: string; readonly title: string }[];
  /** Other files worth a link, e.g. the report; `file` relative to the README. */
  readonly files: readonly { readonly file: string; readonly title: string }[];
}

/** README.md of a result folder, generated from the data: verdict, table, figures, warnings, definitions. For GitHub. */
export function readmeText(analysis: Analysis, links: ReadmeLinks): string {
  const whole = composed(analysis, links, Number.POSITIVE_INFINITY);
  if (Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  // Rows go before words: the verdict above them must stay.
  const stages = Math.max(1, ...analysis.systems.map((system) => system.stages.length));
  for (let rows = Math.floor(stages / 2); rows > 1; rows = Math.floor(rows / 2)) {
    const shorter = composed(analysis, links, rows);
    if (Buffer.byteLength(shorter) <= MOST_BYTES) return shorter;
  }
  return composed(analysis, links, 1);
}

/** A job summary on GitHub and what its pages show at once end there. */
const MOST_BYTES = 60_000;

function composed(analysis: Analysis, links: ReadmeLinks, mostRows: number): string {
  const { title, stack, createdAt, simulated, systems, comparison, notes } = analysis;
  const sections = [
    `# ${simulated ? "SIMULATED: " : ""}${escapeText(title)}`,
    ...notes.filter(isStamp).map((note) => `> ${escapeText(note).replace(/^SIMULATED/, "**SIMULATED**")}`),
    comparison === null
      ? systems.map((system) => escapeText(systemSentence(system))).join("\n\n")
      : `**${escapeText(comparison.headline)}**`,
    ...(onlyStarts(analysis) || systems.some(({ slo }) => slo !== null) ? [] : [noObjectives]),
    ...systems.map((system) => systemSection(system, systems, mostRows)),
    comparison === null
      ? null
      : [
          `## Compared with ${escapeText(comparison.baseline)}`,
          `Ratio: candidate / ${escapeText(comparison.baseline)}; all matched loads together (geometric mean).`,
          markdownTable(comparisonColumns, comparisonRows(comparison, "all loads together")),
          ...comparisonNotes(comparison).map((note) => `<sub>${escapeText(note)}</sub>`),
          ...differenceSection(analysis),
        ].join("\n\n"),
    ...interferenceSections(analysis),
    ...links.images.map(({ file, title: name }) => `![${escapeText(name)}](${encodeURI(file)})`),
    list("## Warnings", [...notes.filter((note) => !isStamp(note)), ...systemWarnings(systems)].map(escapeText)),
    ...remarkGroups(systems).map(({ heading, remarks }) => list(`## ${escapeText(heading)}`, remarks.map(escapeText))),
    list(
      "## Files",
      links.files.map(({ file, title: name }) => `[${escapeText(name)}](${encodeURI(file)})`),
    ),
    list(
      "## Definitions",
      (onlyStarts(analysis) ? startDefinitions : definitions).map(([name, text]) => `**${name}**: ${escapeText(text)}`),
    ),
    systems.some(({ runs }) => runs.some(({ importedFrom }) => importedFrom !== undefined))
      ? `Imported from files that were made elsewhere, analysed ${createdAt}; they lie in \`results/\` of the run as they were.`
      : originText(stack, createdAt),
  ];
  return `${sections.filter((section) => section !== null).join("\n\n")}\n`;
}

/** Runs of several stacks were made by no single command: each stack has its own. */
function originText(stack: string, createdAt: string): string {
  const stacks = stack.split(" + ");
  if (stacks.length === 1) return `Stack \`${stack}\`, analysed ${createdAt}. Run again with \`./bench up ${stack}\`.`;
  const named = stacks.map((one) => `\`${one}\``).join(", ");
  const commands = stacks.map((one) => `\`./bench up ${one}\``).join(", ");
  return `Stacks ${named}, compared ${createdAt}. Their runs were made by ${commands}; \`./bench report\` on this folder reads them again.`;
}

function systemSection(system: SystemAnalysis, systems: readonly SystemAnalysis[], mostRows: number): string {
  const stamp = system.simulated ? " (SIMULATED)" : "";
  const decision = decisionLines(system).map((line) => `- ${escapeText(line)}`);
  if (startsOnly(system))
    return [`## ${escapeText(systemTitle(system))}`, decision.join("\n"), ...startTables(system)].join("\n\n");
  const objectives = objectivesRows(system);
  return [
    `## ${escapeText(systemTitle(system))}${stamp}`,
    decision.join("\n"),
    ...(objectives === null ? [] : [markdownTable(objectives.columns, objectives.rows)]),
    ...loadSection(system, systems, mostRows),
  ].join("\n\n");
}

/** One row per load, with what was judged and recorded of it where any system has it. */
function loadSection(system: SystemAnalysis, systems: readonly SystemAnalysis[], mostRows: number): string[] {
  const { columns, rows, notes } = loadTable(system);
  if (rows.length === 0) return ["No stage ran."];
  const filled = filledColumns(systems);
  const judged = judgedStages(system);
  const more = [...filled.map(({ head }) => head), ...(system.slo === null ? [] : ["objectives"]), "steady?"];
  const cells = judged.map((row) => [
    ...filled.map(({ of, format }) => cellText(of(row), format)),
    ...(system.slo === null ? [] : [sloText(row)]),
    steadyText(row),
  ]);
  const kept = rows.map((row, i) => [...row, ...cells[i]!]).slice(0, mostRows);
  const left = rows.length - kept.length;
  const absent = notRecorded(systems);
  const last = systems.at(-1) === system && absent !== null ? [absent] : [];
  return [
    markdownTable([...columns, ...more.map((head): Column => ({ head: [head], align: "right" }))], kept),
    ...(left > 0 ? [`${left} more loads are in \`stats.txt\`.`] : []),
    ...[...notes, ...last].map((note) => `<sub>${escapeText(note)}</sub>`),
  ];
}

function interferenceSections(analysis: Analysis): string[] {
  const { interference } = analysis;
  const pods = podRows(analysis);
  return [
    ...(interference
      ? [
          "## Loaded together",
          ...interference.systems.map(({ sentence }) => escapeText(sentence)),
          markdownTable(interferenceColumns, interferenceRows(analysis, "all loads together")),
          ...leftOutTexts(interference).map((note) => `<sub>${escapeText(note)}</sub>`),
          ...groupRows(analysis).map((rows) => markdownTable(groupColumns, rows)),
        ]
      : []),
    ...(pods.length === 0
      ? []
      : ["## Shares of the pods", ...podSentences(analysis).map(escapeText), markdownTable(podColumns, pods)]),
  ];
}

/** Where more than the engine differs, the ratios are of all of it together. */
function differenceSection(analysis: Analysis): string[] {
  const { columns, rows } = differenceTable(analysis);
  if (rows.length === 0) return [];
  const escaped = columns.map((column) => ({ ...column, head: column.head.map(escapeText) }));
  return ["### What differed besides", markdownTable(escaped, rows)];
}

function startTables(system: SystemAnalysis): string[] {
  return namedStarts({ systems: [system] }).flatMap(({ startup }) => [
    markdownTable(
      startColumns,
      startRows(startup).map(([what, value]) => [what.trim(), value]),
    ),
    `<sub>Not found in the log: ${escapeText(startup.notFound.join(", ") || "nothing is missing")}.</sub>`,
  ]);
}

function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const head = columns.map((column) => column.head.join(" ").trim());
  const rule = columns.map(({ align }) => (align === "right" ? "---:" : ":---"));
  return [head, rule, ...rows.map((cells) => cells.map(escapeText))]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function isStamp(note: string): boolean {
  return note.startsWith("SIMULATED");
}

function list(heading: string, items: readonly string[]): string | null {
  return items.length === 0 ? null : [heading, items.map((item) => `- ${item}`).join("\n")].join("\n\n");
}

/** Names and error messages come from outside: no HTML, no table breaks, no links of theirs. */
function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_|[\]]/g, "\\$&")
    .replace(/\s+/g, " ");
}
