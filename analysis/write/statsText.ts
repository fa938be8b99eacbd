import { outcomes } from "../../harness/recordFormat.ts";
import type { Analysis, Measured, StageAnalysis, StageMetrics, Summary, SystemAnalysis } from "../analysis.ts";
import { loadName } from "../loadName.ts";
import { percentiles } from "../percentile.ts";
import { namedStarts, onlyStarts, startsOnly } from "../starts.ts";
import { BELOW_FLOOR, cellText, footnotes, numberText, percentText } from "./cellText.ts";
import { comparisonColumns, comparisonNotes, comparisonRows, differenceTable, metricLabel } from "./comparisonTable.ts";
import { costText } from "./costText.ts";
import { definitions, startDefinitions } from "./definitions.ts";
import { interferenceText } from "./interferenceText.ts";
import { loadHead } from "./loadTable.ts";
import { type RemarkGroup, remarkGroups } from "./remarks.ts";
import { sloText } from "./sloText.ts";
import { startupText } from "./startup.ts";
import { takenText } from "./takenText.ts";
import { systemTitle, systemWarnings } from "./terminalTable.ts";
import { type Column, textTable, wrapText } from "./textTable.ts";
import { validitySection } from "./validityText.ts";

const WIDTH = 120;

/** analysis/data/stats.txt: every number of the analysis in fixed-width tables, with units and definitions. */
export function statsText(analysis: Analysis): string {
  const { title, stack, createdAt, simulated, systems, notes } = analysis;
  const heading = `${simulated ? "SIMULATED: " : ""}${title}`;
  const lines = [
    heading,
    "=".repeat(heading.length),
    `stack ${stack}, analysed ${createdAt}`,
    ...bullets([...notes, ...systemWarnings(systems)]),
    ...systems.flatMap((system) => ["", "", ...systemSection(system, simulated)]),
    ...comparisonSection(analysis),
    ...interferenceText(analysis, WIDTH),
    ...remarkGroups(systems).flatMap(remarkSection),
    "",
    "",
    "Definitions",
    "-----------",
    ...(onlyStarts(analysis) ? startDefinitions : definitions).flatMap(definitionLines),
  ];
  return `${lines.join("\n")}\n`;
}

function systemSection(system: SystemAnalysis, anySimulated: boolean): string[] {
  const stamp = anySimulated ? ` [${system.simulated ? "SIMULATED" : "measured"}]` : "";
  const heading = `${systemTitle(system)}${stamp}`;
  return [
    heading,
    "-".repeat(heading.length),
    ...system.runs.flatMap(({ runId, repetition, status, reason, startedAt, durationSeconds }) =>
      wrapText(
        `run ${runId}, repetition ${repetition}, ${status}${reason === null ? "" : ` (${reason})`}, started ${startedAt}, ${durationSeconds.toFixed(1)} s`,
        WIDTH,
        "  ",
      ),
    ),
    ...validitySection(system, WIDTH),
    ...namedStarts({ systems: [system] }).flatMap(({ startup }) => ["", startupText(startup)]),
    ...(system.stages.length === 0
      ? startsOnly(system)
        ? []
        : ["no stage ran"]
      : [
          ...countsTable(system),
          ...ratesTable(system),
          ...sloText(system, WIDTH),
          ...costText(system, WIDTH),
          ...system.stages.flatMap(latencyTable),
        ]),
  ];
}

/** Classes without a single request in any stage are left out, except "ok". */
function countsTable({ loadType, stages }: SystemAnalysis): string[] {
  const seen = outcomes.filter((name) => name === "ok" || stages.some(({ pooled }) => pooled.outcomes[name] > 0));
  const columns = right(loadHead(loadType), ["repetitions"], ["sent"], ...seen.map((name) => [name]), ["failed %"]);
  const rows = stages.map(({ load, repetitions, pooled }) => [
    String(load),
    String(repetitions.length),
    String(pooled.sent),
    ...seen.map((name) => String(pooled.outcomes[name])),
    cellText(pooled.failureRate, percentText),
  ]);
  return [
    "",
    "Requests",
    ...textTable(columns, rows),
    ...takenText({ stages }).flatMap((text) => wrapText(text, WIDTH)),
  ];
}

function ratesTable({ loadType, stages }: SystemAnalysis): string[] {
  const columns = right(
    loadHead(loadType),
    ["window", "s"],
    ["", "req/s"],
    ["output", "tok/s"],
    ["input", "tok/s"],
    ["total", "tok/s"],
    ["input", "tokens"],
    ["output", "tokens"],
    ["cached", "input %"],
    ["client", "CPU"],
    ["client lag", "p99 ms"],
  );
  const rows = stages.map(({ load, pooled }) => [
    String(load),
    pooled.windowSeconds !== null && pooled.windowSeconds > 0 ? pooled.windowSeconds.toFixed(1) : "-",
    ...rateCells(pooled).map(({ measured }) => cellText(measured)),
    cellText(pooled.cachedShare, percentText),
    pooled.client.cpu === null ? "-" : pooled.client.cpu.toFixed(2),
    pooled.client.eventLoopLagP99Ms === null ? "-" : numberText(pooled.client.eventLoopLagP99Ms),
  ]);
  const absent = stages.flatMap(({ pooled }) => [
    ...rateCells(pooled),
    { label: "cached input", measured: pooled.cachedShare },
  ]);
  return [
    "",
    "Throughput and tokens (tokens: mean per request; CPU: 1 = one core)",
    ...textTable(columns, rows),
    ...reasons(absent),
  ];
}

function rateCells(metrics: StageMetrics): { label: string; measured: Measured }[] {
  return [
    { label: "req/s", measured: metrics.requestsPerSecond },
    { label: "output tok/s", measured: metrics.outputTokensPerSecond },
    { label: "input tok/s", measured: metrics.inputTokensPerSecond },
    { label: "total tok/s", measured: metrics.totalTokensPerSecond },
    { label: "input tokens", measured: metrics.inputTokens.mean },
    { label: "output tokens", measured: metrics.outputTokens.mean },
  ];
}

/** Rows that tell nothing of their own where no request failed. */
const ADJUSTED = "adjusted";

const latencies: readonly (readonly [label: string, of: (metrics: StageMetrics) => Summary])[] = [
  ["TTFT ms", ({ ttftMs }) => ttftMs],
  ["TPOT ms", ({ tpotMs }) => tpotMs],
  ["ITL ms", ({ itlMs }) => itlMs],
  ["E2E ms", ({ e2eMs }) => e2eMs],
  ["NTPOT ms", ({ ntpotMs }) => ntpotMs],
  ["generation ms", ({ generationMs }) => generationMs],
  ["token rate tok/s", ({ requestTokenRate }) => requestTokenRate],
  ["adjusted TTFT ms", ({ adjustedTtftMs }) => adjustedTtftMs],
  ["adjusted E2E ms", ({ adjustedE2eMs }) => adjustedE2eMs],
  ["input tokens", ({ inputTokens }) => inputTokens],
  ["output tokens", ({ outputTokens }) => outputTokens],
];

function latencyTable(stage: StageAnalysis): string[] {
  if (stage.repetitions.length === 0) return ["", `${loadName(stage)}: did not run`];
  const names = ["mean", "min", ...(Object.keys(percentiles) as (keyof typeof percentiles)[]), "max"] as const;
  const columns: Column[] = [{ head: ["per request"], align: "left" }, ...right(["n"], ...names.map((name) => [name]))];
  const failed = stage.pooled.failureRate.value !== 0;
  const shown = latencies.filter(([label]) => failed || !label.startsWith(ADJUSTED));
  const summaries = shown.map(([label, of]) => ({ label, summary: of(stage.pooled) }));
  const rows = summaries.map(({ label, summary }) => [
    label,
    summary.n === null ? "-" : String(summary.n),
    ...names.map((name) => cellText(summary[name])),
  ]);
  const absent = summaries.flatMap(({ label, summary }) => names.map((name) => ({ label, measured: summary[name] })));
  const name = stage.name === loadName(stage) ? stage.name : `${loadName(stage)} (stage ${stage.name})`;
  const marked = stage.taken === undefined ? name : `${name}, taken from ${stage.taken}`;
  return ["", marked, ...textTable(columns, rows), ...reasons(absent)];
}

function comparisonSection(analysis: Analysis): string[] {
  const { comparison } = analysis;
  if (comparison === null) return [];
  const heading = `Compared with ${comparison.baseline} (ratio: candidate / ${comparison.baseline})`;
  const judged = comparison.rows
    .filter(({ load }) => load === null)
    .map((row) => `${row.candidate}, ${metricLabel(row)}: ${row.verdict}: ${row.reason}`);
  return [
    ...["", "", heading, "-".repeat(heading.length)],
    ...wrapText(comparison.headline, WIDTH),
    "",
    ...textTable(comparisonColumns, comparisonRows(comparison, "each load")),
    ...comparisonNotes(comparison).flatMap((note) => wrapText(note, WIDTH, "  ")),
    "",
    ...judged.flatMap((text) => wrapText(text, WIDTH, "  ")),
    ...differenceSection(analysis),
  ];
}

/** Where more than the engine differs, the ratios are of all of it together. */
function differenceSection(analysis: Analysis): string[] {
  const { columns, rows } = differenceTable(analysis);
  return rows.length === 0 ? [] : ["", "What differed besides", ...textTable(columns, rows)];
}

function remarkSection({ heading, remarks }: RemarkGroup): string[] {
  return [
    "",
    "",
    heading,
    "-".repeat(heading.length),
    ...remarks.flatMap((text) => wrapText(`- ${text}`, WIDTH, "  ")),
  ];
}

function right(...heads: (readonly string[])[]): Column[] {
  return heads.map((head) => ({ head, align: "right" }));
}

function definitionLines([name, text]: readonly [string, string]): string[] {
  const indent = 14;
  return wrapText(text, WIDTH - indent).map((line, i) => (i === 0 ? name : "").padEnd(indent) + line);
}

/** What "n<N" means stands once, among the definitions. */
function reasons(cells: Parameters<typeof footnotes>[0]): string[] {
  return footnotes(cells).filter((note) => note !== BELOW_FLOOR);
}

function bullets(texts: readonly string[]): string[] {
  return texts.flatMap((text) => wrapText(`! ${text}`, WIDTH, "  "));
}
