import type { Analysis, Measured, StageAnalysis, StageMetrics, SystemAnalysis } from "../analysis.ts";
import { loadText, numberText, percentText } from "../figures/numberText.ts";
import { footnotes } from "../write/cellText.ts";
import {
  filledColumns,
  judgedStages,
  notRecorded,
  type StageColumn,
  sloText,
  steadyText,
} from "../write/stageColumns.ts";
import { takenText } from "../write/takenText.ts";
import { type Html, html } from "./html.ts";
import { type Column, count, measuredCell, table, text } from "./table.ts";

interface Quantity {
  readonly column: Column;
  readonly of: (metrics: StageMetrics) => Measured;
  readonly scale?: number;
  readonly format?: (value: number) => string;
}

const okShare = ({ failureRate }: StageMetrics): Measured =>
  failureRate.value === null ? failureRate : { value: 1 - failureRate.value };

const always: readonly Quantity[] = [
  {
    column: { head: "ok", hint: "Requests that ended well, of all but those cancelled at the stage's end" },
    of: okShare,
    format: okText,
  },
  { column: { head: "Output tok/s" }, of: (m) => m.outputTokensPerSecond },
  { column: { head: "Total tok/s", hint: "Input and output tokens" }, of: (m) => m.totalTokensPerSecond },
  { column: { head: "Req/s" }, of: (m) => m.requestsPerSecond },
  { column: { head: "TTFT p50 (ms)" }, of: (m) => m.ttftMs.p50 },
  { column: { head: "TTFT p95 (ms)" }, of: (m) => m.ttftMs.p95 },
  { column: { head: "TTFT p99 (ms)" }, of: (m) => m.ttftMs.p99 },
  { column: { head: "TPOT p50 (ms)" }, of: (m) => m.tpotMs.p50 },
  { column: { head: "TPOT p95 (ms)" }, of: (m) => m.tpotMs.p95 },
  { column: { head: "ITL p99 (ms)" }, of: (m) => m.itlMs.p99 },
  { column: { head: "E2E p50 (s)" }, of: (m) => m.e2eMs.p50, scale: 1000 },
  { column: { head: "E2E p95 (s)" }, of: (m) => m.e2eMs.p95, scale: 1000 },
  { column: { head: "E2E p99 (s)" }, of: (m) => m.e2eMs.p99, scale: 1000 },
  { column: { head: "NTPOT p50 (ms)", hint: "E2E over output tokens" }, of: (m) => m.ntpotMs.p50 },
  { column: { head: "ISL mean", hint: "Input tokens per request" }, of: (m) => m.inputTokens.mean },
  { column: { head: "OSL mean", hint: "Output tokens per request" }, of: (m) => m.outputTokens.mean },
  {
    column: { head: "Cached", hint: "Share of prompt tokens that the server had cached" },
    of: (m) => m.cachedShare,
    format: percentText,
  },
];

/** Success-only latencies flatter a system that fails: beside them the same with every failure as infinitely slow. */
const whenFailing: readonly Quantity[] = [
  {
    column: { head: "Adj. TTFT p95 (ms)", hint: "Every failed request counts as infinitely slow" },
    of: (m) => m.adjustedTtftMs.p95,
  },
  {
    column: { head: "Adj. E2E p95 (s)", hint: "Every failed request counts as infinitely slow" },
    of: (m) => m.adjustedE2eMs.p95,
    scale: 1000,
  },
];

/** Everything that was measured, stage by stage, one table per system. */
export function stageTables(analysis: Analysis): Html {
  const { systems } = analysis;
  const filled = filledColumns(systems);
  const absent = notRecorded(systems);
  return html`<h2 id="stages">Stages</h2>
${systems.map((system) => oneSystem(system, systems.length > 1, filled))}${
  absent === null
    ? null
    : html`<p class="muted small">${absent}</p>
`
}`;
}

function oneSystem(system: SystemAnalysis, named: boolean, filled: readonly StageColumn[]): Html {
  const heading = named ? html`<h3>${system.name}${system.simulated ? " (SIMULATED)" : ""}</h3>` : null;
  if (system.stages.length === 0) return html`${heading}<p>No stage of ${system.name} ran.</p>`;
  const failing = system.stages.some(({ pooled }) => (pooled.failureRate.value ?? 0) > 0);
  const quantities = [...always, ...(failing ? whenFailing : [])].filter(({ of }) =>
    system.stages.some(({ pooled }) => of(pooled).value !== null || of(pooled) !== pooled.cachedShare),
  );
  const kind = system.stages.every((stage) => stage.loadType === "concurrency") ? "Concurrency" : "Load";
  const columns: Column[] = [
    { head: kind, align: "left" },
    { head: "Sent", hint: "Requests sent, all repetitions together" },
    ...quantities.map((quantity) => quantity.column),
    ...filled.map(({ head, hint }) => ({ head, hint })),
    ...(system.slo === null ? [] : [{ head: "Objectives", hint: "All of them together", align: "left" } as const]),
    { head: "Steady?", hint: "Whether the stage settled: see the reason in its cell", align: "left" },
  ];
  const judged = judgedStages(system);
  const cells = judged.flatMap((row) => [
    ...quantities.map(({ column, of }) => ({ label: column.head, measured: of(row.stage.pooled) })),
    ...filled.map(({ head, of }) => ({ label: head, measured: of(row) })),
  ]);
  return html`${heading}${table(
    `Stages of ${system.name}`,
    columns,
    judged.map((row) => [
      { ...text(stageLoad(row.stage)), sort: row.stage.load, hint: row.stage.name },
      count(row.stage.pooled.sent),
      ...quantities.map(({ of, scale, format }) => measuredCell(of(row.stage.pooled), scale, format)),
      ...filled.map(({ of, format }) => measuredCell(of(row), 1, format)),
      ...(system.slo === null ? [] : [text(sloText(row))]),
      { ...text(steadyText(row)), hint: row.stage.steadiness.reason },
    ]),
  )}
<ul class="notes">${[...takenText(system), ...footnotes(cells)].map((note) => html`<li>${note}</li>`)}</ul>
`;
}

const stageLoad = ({ load, loadType }: StageAnalysis): string =>
  loadType === "concurrency" ? loadText(load) : `${loadText(load)} req/s ${loadType}`;

/** Never rounds a few failures up to 100 %. */
function okText(share: number): string {
  if (share === 1) return "100 %";
  return share > 0.999 ? ">99.9 %" : `${numberText(share * 100)} %`;
}
