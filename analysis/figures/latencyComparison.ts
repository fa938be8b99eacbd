import type { Analysis } from "../analysis.ts";
import { captions } from "./captions.ts";
import type { Quantity, StatisticName } from "./curve.ts";
import { describe } from "./description.ts";
import type { Figure } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { loadAxis } from "./loadAxis.ts";
import { groupAxis, groupedDots, matchedLoads, shownLoads } from "./matchedLoads.ts";
import { pageSpec } from "./page.ts";
import { stageTable } from "./stageTable.ts";

const measures = [
  {
    metric: "ttftMs",
    column: "ttft_ms",
    title: "Time to first token",
    unit: "ms",
    divisor: 1,
    better: "lower",
    definition: "From BEGIN to the first token of its answer.",
  },
  {
    metric: "generationMs",
    column: "generation_s",
    title: "Generation time",
    unit: "seconds",
    divisor: 1000,
    better: "lower",
    definition: "From the first token to the end of the answer.",
  },
  {
    metric: "e2eMs",
    column: "e2e_s",
    title: "Total time (E2E latency)",
    unit: "seconds",
    divisor: 1000,
    better: "lower",
    definition: "From BEGIN to the end of its answer: TTFT plus generation time.",
  },
  {
    metric: "requestTokenRate",
    column: "request_tokens_per_s",
    title: "Token rate of one request",
    unit: "output tokens/s",
    divisor: 1,
    better: "higher",
    definition: "Output tokens of a request over its total time, TTFT included; not the system's throughput.",
  },
] as const;

/** Systems side by side at each load that all ran: pooling the loads would compare mixes of loads. Null: nothing matches. */
export function latencyComparison(analysis: Analysis): Figure | null {
  if (analysis.systems.length < 2) return null;
  const axis = loadAxis(analysis);
  const matched = matchedLoads(analysis, axis);
  if (matched.length === 0) return null;
  const loads = shownLoads(matched);
  const who = identity(analysis, "latency at equal load");
  const of = ({ metric, divisor }: (typeof measures)[number], statistic: StatisticName): Quantity => ({
    metric,
    statistic,
    divisor,
  });
  const spec = pageSpec({
    ...who,
    axis,
    size: { width: 450, height: 235 },
    columns: 2,
    counts: null,
    captions: captions(
      analysis,
      axis,
      [],
      null,
      [
        "Marker: p50. Bar: p5 to p95 of requests, where there are enough of them.",
        ...(loads.length < matched.length
          ? [`${loads.length} of ${matched.length} matched loads; all are in the table.`]
          : []),
      ].join(" "),
    ),
    panels: measures.map((measure) => ({
      title: measure.title,
      better: measure.better,
      unit: measure.unit,
      definition: measure.definition.replace("BEGIN", axis.begin),
      curves: groupedDots(analysis, axis, loads, of(measure, "p50"), [of(measure, "p5"), of(measure, "p95")]),
      axis: groupAxis(axis, loads),
      mayBeLog: true,
      emptyReason: "Too few successful requests.",
    })),
  });
  return {
    name: "latency_comparison",
    title: figureTitle(who),
    description: describe(
      analysis,
      axis,
      "Four panels, systems side by side: TTFT, generation time, E2E latency, token rate of one request",
      measures.map((measure) => ({
        label: `${measure.title} p50`,
        unit: measure.unit === "seconds" ? "s" : measure.unit,
        quantity: of(measure, "p50"),
      })),
    ),
    spec,
    table: stageTable(
      analysis,
      measures.flatMap((measure) =>
        (["p5", "p50", "p95"] as const).map((statistic) => ({
          name: `${measure.column}_${statistic}`,
          quantity: of(measure, statistic),
        })),
      ),
    ),
  };
}
