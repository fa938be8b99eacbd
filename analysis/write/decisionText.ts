import type { SystemAnalysis } from "../analysis.ts";
import { numberText } from "../figures/numberText.ts";
import { loadName } from "../loadName.ts";
import { startsOnly } from "../starts.ts";
import { goodputWithin, tokenPrice, validityMark } from "./decision.ts";
import {
  decidingStages,
  largestLoadText,
  limitText,
  passingStage,
  sloVerdictText,
  targetName,
  targetValue,
} from "./objectives.ts";
import type { Column } from "./textTable.ts";

/** What can be decided of one system, line by line: valid or why not, up to which load, for how much, held back by what. */
export function decisionLines(system: SystemAnalysis): string[] {
  const { slo, cost, bottleneck, stages } = system;
  if (startsOnly(system)) return [validityLine(system)];
  const index = passingStage(system);
  const goodput = goodputWithin(system);
  const there = index === null ? "" : ` at ${loadName(stages[index]!)}`;
  return [
    validityLine(system),
    ...(slo === null
      ? []
      : [
          `Largest load within the objectives: ${largestLoadText(slo.largestLoad)}.`,
          `Goodput: ${goodput.value === null ? `not known: ${goodput.reason}` : `${numberText(goodput.value)} requests/s${there}`}; a good request: ${slo.goodRequest}.`,
        ]),
    `Per million output tokens: ${priceText(system)}.`,
    ...(bottleneck === null ? [] : [`Bottleneck: ${bottleneck.sentence}`]),
    ...cost.notes,
  ];
}

function validityLine({ validity: { verdict, findings } }: SystemAnalysis): string {
  const reasons = findings.filter(({ severity }) => severity !== "note").map(({ text }) => text);
  return reasons.length === 0 ? validityMark[verdict] : `${validityMark[verdict]}: ${reasons.join("; ")}`;
}

function priceText(system: SystemAnalysis): string {
  const { measured, where } = tokenPrice(system);
  if (measured.value === null) return `not computed: ${measured.reason}`;
  return `$${numberText(measured.value)}${where === "" ? "" : ` (${where})`}`;
}

/** Objectives at the loads that decide; null: none were set. */
export function objectivesRows({ slo, stages }: SystemAnalysis): { columns: Column[]; rows: string[][] } | null {
  if (slo === null || slo.targets.length === 0) return null;
  const deciding = decidingStages(slo);
  return {
    columns: [
      { head: ["objective"], align: "left" },
      { head: ["limit"], align: "right" },
      ...deciding.flatMap((index): Column[] => [
        { head: [`at ${loadName(stages[index]!)}`], align: "right" },
        { head: ["95 % bound"], align: "right" },
        { head: ["verdict"], align: "left" },
      ]),
    ],
    rows: slo.targets.map((target, i) => [
      targetName(target),
      limitText(target),
      ...deciding.flatMap((index) => {
        const result = slo.stages[index]?.results[i];
        if (result === undefined) return ["-", "-", "-"];
        const { measured, bound, verdict, reason } = result;
        return [
          measured.value === null ? "-" : targetValue(target, measured.value),
          bound === null ? "-" : `${targetValue(target, bound.low)} to ${targetValue(target, bound.high)}`,
          `${sloVerdictText[verdict]}${reason === null ? "" : `: ${reason}`}`,
        ];
      }),
    ]),
  };
}
