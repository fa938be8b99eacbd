import type { Analysis, Outcome, StageAnalysis, SystemAnalysis } from "../analysis.ts";
import { failuresUnknown } from "../failures.ts";
import { percentText } from "../figures/numberText.ts";
import { loadName } from "../loadName.ts";
import { type Html, html } from "./html.ts";
import { type Cell, count, measuredCell, table, text } from "./table.ts";

const meaning: Readonly<Record<Exclude<Outcome, "ok">, readonly [head: string, hint: string]>> = {
  timeout: ["Timeout", "A deadline passed"],
  connect: ["Connect", "No connection: refused, DNS, TLS"],
  http429: ["429", "The server asked for less load"],
  http4xx: ["4xx", "The server refused the request"],
  http5xx: ["5xx", "The server failed"],
  cut: ["Cut", "The connection ended before the answer did"],
  malformed: ["Malformed", "An event or body that is not what the API promises"],
  streamError: ["Error in stream", "An error event inside a 200 answer"],
  empty: ["Empty", "A well-formed answer without a token"],
  cancelled: ["Cancelled", "Stopped by the load generator at the end of a stage: no failure"],
};
const classes = Object.keys(meaning) as Exclude<Outcome, "ok">[];
const MESSAGES = 10;

interface Row {
  readonly system: SystemAnalysis;
  readonly stage: StageAnalysis;
}

/** Outcomes by class and stage, and the messages behind them. Classes that never came up are left out. */
export function errors(analysis: Analysis): Html {
  const rows = analysis.systems.flatMap((system) => system.stages.map((stage) => ({ system, stage })));
  const failed = rows.filter(
    ({ stage }) => stage.pooled.sent > stage.pooled.outcomes.ok + stage.pooled.outcomes.cancelled,
  );
  const heading = html`<h2 id="errors">Errors</h2>
`;
  if (rows.every(({ stage }) => stage.pooled.sent === 0)) return html`${heading}<p>No request was sent.</p>`;
  const unknown = [...new Set(rows.flatMap(({ stage }) => failuresUnknown(stage.pooled) ?? []))];
  const notKnown =
    unknown.length === 0 ? null : html`<p>How many requests failed is not known: ${unknown.join("; ")}.</p>`;
  if (failed.length > 0) return html`${heading}${notKnown}${classTable(failed)}${messages(failed)}`;
  return html`${heading}${notKnown ?? html`<p>✓ No request failed.</p>`}`;
}

function classTable(rows: readonly Row[]): Html {
  const seen = classes.filter((name) => rows.some(({ stage }) => stage.pooled.outcomes[name] > 0));
  return table(
    "Outcomes by class, for stages with failures",
    [
      { head: "Stage", align: "left" },
      { head: "System", align: "left" },
      { head: "Failed" },
      { head: "Sent" },
      { head: "ok" },
      ...seen.map((name) => ({ head: meaning[name][0], hint: meaning[name][1] })),
    ],
    rows.map(({ system, stage }): Cell[] => [
      { content: loadName(stage), sort: stage.load },
      text(system.name),
      measuredCell(stage.pooled.failureRate, 1, percentText),
      count(stage.pooled.sent),
      count(stage.pooled.outcomes.ok),
      ...seen.map((name) => count(stage.pooled.outcomes[name])),
    ]),
  );
}

function messages(rows: readonly Row[]): Html | null {
  const all = rows
    .flatMap(({ system, stage }) => (stage.errors ?? []).map((error) => ({ system, stage, ...error })))
    .sort((a, b) => b.count - a.count)
    .slice(0, MESSAGES);
  if (all.length === 0) return null;
  return html`<h3>Most frequent messages</h3>
${table(
  "Most frequent error messages",
  [
    { head: "Message", align: "left" },
    { head: "Class", align: "left" },
    { head: "System", align: "left" },
    { head: "Stage" },
    { head: "Times" },
  ],
  all.map(({ system, stage, outcome, message, count: times }) => [
    { content: html`<code>${message}</code>`, sort: message },
    text(outcome === "ok" ? "ok" : meaning[outcome][0]),
    text(system.name),
    { content: loadName(stage), sort: stage.load },
    count(times),
  ]),
)}`;
}
