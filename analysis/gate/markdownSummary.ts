import type { ComparisonRow } from "../analysis.ts";
import type { Gate, GateCheck, GateSystem, GateVerdict } from "./gate.ts";
import { gateHeadline, nextHeading, outcomeWords, reasonOf, verdictWords } from "./gateText.ts";
import { labelOf, signed } from "./metrics.ts";

/** A comment on GitHub holds 65,536 characters; a job's summary is often copied into one. */
export const MOST_BYTES = 60_000;

/** Word and glyph: a colour or an icon alone tells nothing to some readers. */
const glyphs: Readonly<Record<GateVerdict, string>> = { ok: "✅", regression: "❌", inconclusive: "❔", invalid: "⛔" };

/** For a CI job's page: verdict first, then what decided it, then the tables. @param next commands that go on from here */
export function markdownSummary(gate: Gate, next: readonly string[]): string {
  const stamp = gate.simulated ? "SIMULATED: " : "";
  const lines = [
    `## ${glyphs[gate.verdict]} ${stamp}Benchmark gate: ${verdictWords[gate.verdict]}`,
    "",
    ...gate.systems.map((system) => `${escapeMarkdown(reasonOf(system, gate))}\n`),
    ...(next.length === 0 ? [] : [`${nextHeading(gate)}:`, "", "```sh", ...next, "```", ""]),
    `Baseline \`${code(gate.baseline)}\`, new \`${code(gate.candidate)}\`.`,
    ...gate.systems.flatMap(section),
  ];
  return cut(lines, gate);
}

function section({ name, verdict, checks, notes }: GateSystem): string[] {
  const metrics = checks.flatMap(({ row, kind, outcome }) => (row === undefined ? [] : [{ row, kind, outcome }]));
  const rest = checks.filter(({ row }) => row === undefined);
  return [
    "",
    `### ${escapeMarkdown(name)}: ${verdictWords[verdict]}`,
    "",
    "| metric | change | 95 % interval | margin | runs | verdict | gate |",
    "| :--- | ---: | :--- | ---: | ---: | :--- | :--- |",
    ...metrics.map(({ row, kind, outcome }) => metricLine(row, kind, outcome)),
    "",
    ...rest.map(({ outcome, text }) => `- ${outcomeWords[outcome]}: ${escapeMarkdown(text)}`),
    ...notes.map((note) => `- note: ${escapeMarkdown(note)}`),
  ];
}

function metricLine(row: ComparisonRow, kind: GateCheck["kind"], outcome: GateCheck["outcome"]): string {
  const { ratio, interval, margin, repetitions, verdict } = row;
  const [mine, theirs] = repetitions;
  const name = escapeMarkdown(labelOf(row.metric));
  const cells = [
    kind === "primary" ? `**${name}** (decides)` : name,
    ratio.value === null ? "-" : `${signed(ratio.value)} %`,
    interval === null ? "-" : `${signed(interval.low)} .. ${signed(interval.high)} %`,
    `${Number((100 * margin).toFixed(1))} %`,
    mine === theirs ? `${mine}` : `${theirs}:${mine}`,
    verdict,
    outcomeWords[outcome],
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Whole lines from the top, where the verdict is, as long as they fit. */
function cut(lines: readonly string[], gate: Gate): string {
  const whole = `${lines.join("\n")}\n`;
  if (Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  const kept: string[] = [];
  let bytes = 200;
  for (const line of lines) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > MOST_BYTES) break;
    kept.push(line);
  }
  const left = lines.length - kept.length;
  const head = kept.length === 0 ? `${gateHeadline(gate).slice(0, 1000)}\n` : kept.join("\n");
  return `${head}\n\nCut here: ${left} more lines are in the log of the command.\n`;
}

function code(text: string): string {
  return text.replace(/[`\s]+/g, " ");
}

/** Names and messages come from outside: no HTML, no table breaks, no links of theirs. */
function escapeMarkdown(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_|[\]]/g, "\\$&")
    .replace(/\s+/g, " ");
}
