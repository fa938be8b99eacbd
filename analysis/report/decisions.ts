import type { Analysis, Measured, SystemAnalysis } from "../analysis.ts";
import { loadList } from "../figures/absences.ts";
import { numberText } from "../figures/numberText.ts";
import { loadName } from "../loadName.ts";
import { goodputWithin, tokenPrice, validityMark } from "../write/decision.ts";
import { largestLoadText, noObjectives, passingStage } from "../write/objectives.ts";
import { type Html, html } from "./html.ts";
import { type Card, card } from "./keyNumbers.ts";
import { objectivesTable } from "./objectivesTable.ts";
import { measuredCell, table, text } from "./table.ts";

/** Directly below the verdict: up to which load the objectives hold, what it costs there, and what held the system back. */
export function decisions(analysis: Analysis): Html {
  const { systems } = analysis;
  const judged = systems.filter(({ slo }) => slo !== null);
  return html`<section aria-label="Decision"><h2 id="decision">Objectives, cost, bottleneck</h2>
${judged.length === 0 ? html`<p class="muted small">${noObjectives}</p>` : null}
${systems.length === 1 ? cards(systems[0]!) : overviewTable(systems)}
${judged.map((system) => objectivesTable(system, systems.length > 1, systems.length <= 2))}
${bottlenecks(systems)}</section>
`;
}

const usd = (value: number): string => `$${numberText(value)}`;
const none = (reason: string): Measured => ({ value: null, reason });
/** Loads that neither pass nor fail: the largest load is between them only as far as anyone knows. */
function undecidedText({ slo, stages }: SystemAnalysis): string {
  const open = (slo?.stages ?? []).flatMap(({ verdict }, i) => (verdict === "unsure" ? (stages[i] ?? []) : []));
  const [first] = open;
  if (first === undefined) return "";
  const loads = loadList(open.map(({ load }) => load));
  return `not decided: ${first.loadType === "concurrency" ? `concurrency ${loads}` : `${loads} requests/s`}`;
}

const notComputed = (measured: Measured): Measured =>
  measured.value === null ? none(`not computed: ${measured.reason}`) : measured;

function cards(system: SystemAnalysis): Html {
  const { slo } = system;
  const index = passingStage(system);
  const cost = tokenPrice(system);
  const shown: Card[] = [
    ...(slo === null
      ? []
      : [
          {
            label: "Goodput there",
            measured: goodputWithin(system),
            format: numberText,
            unit: "req/s",
            where: index === null ? "" : `of ${loadName(system.stages[index]!)}: ${slo.goodRequest}`,
          },
        ]),
    {
      label: "Per million output tokens",
      measured: notComputed(cost.measured),
      format: usd,
      unit: "",
      where: cost.where,
    },
  ];
  return html`<dl class="cards wide">${slo === null ? null : html`<div class="card"><dt>Largest load within the objectives</dt><dd class="words">${largestLoadText(slo.largestLoad)}</dd>${undecidedText(system) === "" ? null : html`<dd class="where">${undecidedText(system)}</dd>`}</div>`}${shown.map(card)}</dl>`;
}

function overviewTable(systems: readonly SystemAnalysis[]): Html {
  const judged = systems.some(({ slo }) => slo !== null);
  const prices = systems.map(tokenPrice);
  const priced = prices.some(({ measured }) => measured.value !== null);
  const reasons = new Set(prices.flatMap(({ measured }) => (measured.value === null ? [measured.reason] : [])));
  const whole = table(
    "Each system: validity, largest load within the objectives, goodput and cost there",
    [
      { head: "System", align: "left" },
      { head: "Valid?", align: "left" },
      ...(judged
        ? ([{ head: "Largest load within the objectives", align: "left" }, { head: "Goodput there (req/s)" }] as const)
        : []),
      ...(priced
        ? ([
            { head: "$ per million output tokens", hint: "Of good requests where objectives are set" },
            { head: "Cost of", align: "left" },
          ] as const)
        : []),
    ],
    systems.map((system, i) => {
      const { measured, where } = prices[i]!;
      return [
        text(system.simulated ? `${system.name} (simulated)` : system.name),
        text(validityMark[system.validity.verdict]),
        ...(judged
          ? [
              text(
                system.slo === null
                  ? "no objectives"
                  : [largestLoadText(system.slo.largestLoad), undecidedText(system)]
                      .filter((part) => part !== "")
                      .join("; "),
              ),
              measuredCell(goodputWithin(system)),
            ]
          : []),
        ...(priced ? [measuredCell(measured, 1, usd), text(measured.value === null ? "not computed" : where)] : []),
      ];
    }),
  );
  if (reasons.size === 0) return whole;
  return html`${whole}
<p class="muted small">${priced ? "Not computed" : "Cost was not computed"}: ${[...reasons].join("; ")}.</p>`;
}

function bottlenecks(systems: readonly SystemAnalysis[]): Html {
  const known = systems.filter(({ bottleneck }) => bottleneck !== null);
  if (known.length === 0)
    return html`<p class="muted small">What held the system back is not known: nothing was recorded of the engine that could tell.</p>`;
  return html`${known.map(({ name, bottleneck }) => html`<p><strong>Bottleneck${systems.length > 1 ? ` of ${name}` : ""}:</strong> ${bottleneck!.sentence}</p>`)}`;
}
