import type { Analysis, Measured, StageAnalysis, SystemAnalysis } from "../analysis.ts";
import { failuresUnknown } from "../failures.ts";
import { countText, numberText, percentText } from "../figures/numberText.ts";
import { loadName } from "../loadName.ts";
import { type Html, html } from "./html.ts";
import { count, measuredCell, table, text } from "./table.ts";

/** One system: cards. Several: one row each, all at the load of their own highest throughput. */
export function keyNumbers(analysis: Analysis): Html {
  const [system, second] = analysis.systems;
  if (system === undefined) return html``;
  return html`<h2 id="key-numbers">Key numbers</h2>
${second === undefined ? cards(system) : rows(analysis)}
`;
}

function best({ stages }: SystemAnalysis): StageAnalysis | null {
  const known = stages.filter((stage) => stage.pooled.outputTokensPerSecond.value !== null);
  const value = (stage: StageAnalysis) => stage.pooled.outputTokensPerSecond.value as number;
  return known.reduce<StageAnalysis | null>((a, b) => (a === null || value(b) > value(a) ? b : a), null);
}

export interface Card {
  readonly label: string;
  readonly measured: Measured;
  readonly format: (value: number) => string;
  readonly unit: string;
  readonly where: string;
}

function cards(system: SystemAnalysis): Html {
  const top = best(system);
  if (top === null) return html`<p>No request succeeded, so there is no key number.</p>`;
  const low = system.stages.reduce((a, b) => (b.load < a.load ? b : a));
  const ms = { format: numberText, unit: "ms" };
  const seconds = { format: (value: number) => numberText(value / 1000), unit: "s" };
  const at = (stage: StageAnalysis) => `at ${loadName(stage)}`;
  const shown: readonly Card[] = [
    {
      label: "Highest output throughput",
      measured: top.pooled.outputTokensPerSecond,
      format: numberText,
      unit: "tok/s",
      where: at(top),
    },
    {
      label: "Requests at the highest throughput",
      measured: top.pooled.requestsPerSecond,
      format: numberText,
      unit: "req/s",
      where: at(top),
    },
    ...(low === top
      ? []
      : [{ label: "TTFT p50 at the lowest load", measured: low.pooled.ttftMs.p50, ...ms, where: at(low) }]),
    { label: "TTFT p50 at the highest throughput", measured: top.pooled.ttftMs.p50, ...ms, where: at(top) },
    { label: "TPOT p50 at the highest throughput", measured: top.pooled.tpotMs.p50, ...ms, where: at(top) },
    { label: "E2E p50 at the highest throughput", measured: top.pooled.e2eMs.p50, ...seconds, where: at(top) },
    failures(system),
  ];
  return html`<dl class="cards">${shown.map(card)}</dl>`;
}

export function card({ label, measured, format, unit, where }: Card): Html {
  const number =
    measured.value === null
      ? html`<span class="muted" title="${measured.reason}">–</span>`
      : html`${format(measured.value)} <span class="unit">${unit}</span>`;
  return html`<div class="card"><dt>${label}</dt><dd class="number">${number}</dd><dd class="where">${measured.value === null ? measured.reason : where}</dd></div>
`;
}

export function totals(system: SystemAnalysis): {
  readonly sent: number;
  readonly judged: number;
  readonly failed: number;
} {
  let sent = 0;
  let judged = 0;
  let failed = 0;
  for (const { pooled } of system.stages) {
    sent += pooled.sent;
    judged += pooled.sent - pooled.outcomes.cancelled;
    failed += pooled.sent - pooled.outcomes.cancelled - pooled.outcomes.ok;
  }
  return { sent, judged, failed };
}

function failureShare(system: SystemAnalysis): Measured {
  const { judged, failed } = totals(system);
  const unknown = system.stages.map(({ pooled }) => failuresUnknown(pooled)).find((reason) => reason !== null);
  if (unknown) return { value: null, reason: unknown };
  return judged === 0 ? { value: null, reason: "no request was sent" } : { value: failed / judged };
}

function failures(system: SystemAnalysis): Card {
  const { judged, failed } = totals(system);
  const where = `${countText(failed)} of ${countText(judged)} requests, all loads`;
  return { label: "Failed requests", measured: failureShare(system), format: percentText, unit: "", where };
}

function rows(analysis: Analysis): Html {
  const none: Measured = { value: null, reason: "no successful request" };
  return table(
    "Key numbers of each system at the load of its highest throughput",
    [
      { head: "System", align: "left" },
      { head: "at load" },
      { head: "Output tokens/s" },
      { head: "Requests/s" },
      { head: "TTFT p50 (ms)" },
      { head: "TPOT p50 (ms)" },
      { head: "E2E p50 (s)" },
      { head: "Failed, all loads" },
      { head: "Requests, all loads" },
    ],
    analysis.systems.map((system) => {
      const top = best(system);
      return [
        text(system.simulated ? `${system.name} (simulated)` : system.name),
        top === null ? measuredCell(none) : { content: loadName(top), sort: top.load },
        measuredCell(top?.pooled.outputTokensPerSecond ?? none),
        measuredCell(top?.pooled.requestsPerSecond ?? none),
        measuredCell(top?.pooled.ttftMs.p50 ?? none),
        measuredCell(top?.pooled.tpotMs.p50 ?? none),
        measuredCell(top?.pooled.e2eMs.p50 ?? none, 1000),
        measuredCell(failureShare(system), 1, percentText),
        count(totals(system).sent),
      ];
    }),
  );
}
