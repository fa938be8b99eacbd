import type { SystemAnalysis } from "../analysis.ts";
import { loadText } from "../figures/numberText.ts";
import { loadName } from "../loadName.ts";
import type { SloResult, SloTarget, SloVerdict, StageSlo } from "../slo/sloAssessment.ts";
import {
  decidingStages,
  limitText,
  objectiveText,
  sloVerdictText,
  targetName,
  targetValue,
} from "../write/objectives.ts";
import { type Html, html } from "./html.ts";
import { type Cell, type Column, table, text } from "./table.ts";

const colour: Readonly<Record<SloVerdict, string>> = { pass: "good", fail: "bad", unsure: "unsure" };

/** Each objective at the two loads that decide, and folded away at every load. `open`: false where many systems would bury the page. */
export function objectivesTable(system: SystemAnalysis, named: boolean, open: boolean): Html {
  const { slo, stages } = system;
  if (slo === null || slo.targets.length === 0) return html``;
  const deciding = decidingStages(slo);
  const columns: Column[] = [
    { head: "Objective", align: "left" },
    { head: "Limit" },
    ...deciding.flatMap((index): Column[] => [
      {
        head: `At ${loadName(stages[index]!)}`,
        hint: "Of all requests: a failed one is infinitely slow",
      },
      { head: "Verdict", align: "left" },
      { head: "95 % bound", hint: "Of the estimate, within these runs" },
    ]),
  ];
  const rows = slo.targets.map((target, i) => [
    text(targetName(target)),
    { content: limitText(target), sort: target.limit },
    ...deciding.flatMap((index) => resultCells(target, slo.stages[index]!.results[i])),
  ]);
  const heading = named ? html`<h3>Objectives of ${system.name}</h3>` : null;
  const whole = html`${table(`Objectives of ${system.name} at the loads that decide`, columns, rows)}
${everyLoad(system, slo.targets, slo.stages)}`;
  return open
    ? html`${heading}${whole}`
    : html`<details><summary>Objectives of ${system.name}</summary>${whole}</details>`;
}

function resultCells(target: SloTarget, result: SloResult | undefined): Cell[] {
  if (result === undefined) return [text("–"), text("–"), text("–")];
  const { measured, bound, verdict, reason } = result;
  const value: Cell =
    measured.value === null
      ? { content: html`<abbr class="missing" title="${measured.reason}">–</abbr>`, sort: null, hint: measured.reason }
      : { content: targetValue(target, measured.value), sort: measured.value };
  return [
    value,
    {
      content: html`<strong class="${colour[verdict]}">${sloVerdictText[verdict]}</strong>${reason === null ? null : html` <span class="muted">${reason}</span>`}`,
      sort: verdict,
    },
    {
      content: bound === null ? "–" : `${targetValue(target, bound.low)} to ${targetValue(target, bound.high)}`,
      sort: bound?.low ?? null,
    },
  ];
}

function everyLoad(system: SystemAnalysis, targets: readonly SloTarget[], judged: readonly StageSlo[]): Html | null {
  if (judged.length < 2) return null;
  return html`<details><summary>Objectives at every load</summary>
${table(
  `Objectives of ${system.name} at every load`,
  [
    { head: system.loadType === "concurrency" ? "Concurrency" : "Requests/s", align: "left" },
    { head: "Verdict", align: "left" },
    ...targets.map((target): Column => ({ head: objectiveText(target), align: "left" })),
  ],
  judged.map(({ load, verdict, results }) => [
    { content: loadText(load), sort: load },
    verdictCell(verdict, null),
    ...targets.map((target, i) => {
      const result = results[i];
      if (result === undefined) return text("–");
      const { value } = result.measured;
      return verdictCell(result.verdict, value === null ? "–" : targetValue(target, value), value);
    }),
  ]),
)}</details>`;
}

const verdictCell = (verdict: SloVerdict, value: string | null, sort: number | string | null = verdict): Cell => ({
  content: html`<span class="${colour[verdict]}">${value === null ? sloVerdictText[verdict] : `${sloVerdictText[verdict].slice(0, 1)} ${value}`}</span>`,
  sort,
});
