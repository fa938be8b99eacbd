import type { Measured, SystemAnalysis } from "../analysis.ts";
import type { AtLoad, StageCost } from "../cost/costAnalysis.ts";
import { cellText, footnotes, numberText } from "./cellText.ts";
import { loadHead } from "./loadTable.ts";
import { type Column, textTable, wrapText } from "./textTable.ts";

const money: readonly (readonly [head: readonly string[], of: (cost: StageCost) => Measured])[] = [
  [["$/M", "input"], (cost) => cost.usdPerMillionInputTokens],
  [["$/M input", "uncached"], (cost) => cost.usdPerMillionUncachedInputTokens],
  [["$/M", "output"], (cost) => cost.usdPerMillionOutputTokens],
  [["$/M", "total"], (cost) => cost.usdPerMillionTokens],
  [["$/M", "good output"], (cost) => cost.usdPerMillionGoodOutputTokens],
  [["output", "tok/$"], (cost) => cost.outputTokensPerUsd],
  [["J per", "output tok"], (cost) => cost.joulesPerOutputToken],
];

/** What tokens cost at every load; one line where no price is known and no energy was measured. */
export function costText({ cost, loadType }: SystemAnalysis, width: number): string[] {
  const { usdPerHour, stages, price, gpus, atSlo, atLoad, notes } = cost;
  if (usdPerHour.value === null && stages.every(({ joulesPerOutputToken }) => joulesPerOutputToken.value === null))
    return ["", ...wrapText(`Cost: not computed: ${usdPerHour.reason}`, width, "  ")];
  const source = price === null ? "" : ` (${gpus} GPU at $${price.usdPerGpuHour}: ${price.source}, ${price.asOf})`;
  const perHour = usdPerHour.value === null ? "not computed" : `$${usd(usdPerHour.value)} per hour${source}`;
  const absent = stages.flatMap((stage) => money.map(([head, of]) => ({ label: head.join(" "), measured: of(stage) })));
  const within = atSlo.usdPerMillionGoodOutputTokens.value;
  const named = [
    ...(within === null
      ? []
      : [`cheapest within the objectives: $${usd(within)} per million good output tokens, at ${atSlo.load}`]),
    ...(atLoad === null ? [] : [`at ${atLoad.requestsPerSecond} requests/s: ${atLoadText(atLoad)}`]),
  ];
  const heads = [loadHead(loadType), ...money.map(([head]) => head)];
  return [
    "",
    ...wrapText(`Cost: ${perHour}`, width, "  "),
    ...textTable(
      heads.map((head): Column => ({ head, align: "right" })),
      stages.map((stage) => [String(stage.load), ...money.map(([, of]) => cellText(of(stage)))]),
    ),
    ...[...named, ...footnotes(absent), ...notes].flatMap((text) => wrapText(text, width, "  ")),
  ];
}

const usd = numberText;

function atLoadText({ replicas, usdPerHour, usdPerMillionOutputTokens: { value } }: AtLoad): string {
  if (replicas.value === null) return `not computed: ${replicas.reason}`;
  const count = `${replicas.value} ${replicas.value === 1 ? "replica" : "replicas"}`;
  if (usdPerHour.value === null) return `${count}; cost not computed: ${usdPerHour.reason}`;
  const tokens = value === null ? "" : `, $${usd(value)} per million output tokens`;
  return `${count}, $${usd(usdPerHour.value)} per hour${tokens}`;
}
