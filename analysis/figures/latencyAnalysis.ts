import type { Analysis } from "../analysis.ts";
import { captions } from "./captions.ts";
import { type Quantity, read, type StatisticName } from "./curve.ts";
import { describe } from "./description.ts";
import type { Figure } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { objectiveLimits } from "./judgedCurves.ts";
import { loadAxis } from "./loadAxis.ts";
import { type Page, pageSpec } from "./page.ts";
import { smallMultiples } from "./smallMultiples.ts";
import { stageTable } from "./stageTable.ts";
import { isRepeated, percentileCurves, requestCounts } from "./systemCurves.ts";

interface Latency {
  readonly metric: "ttftMs" | "tpotMs" | "generationMs" | "e2eMs";
  readonly column: string;
  readonly label: string;
  readonly title: string;
  readonly unit: string;
  readonly divisor: number;
  readonly definition: string;
}

const latencies: readonly Latency[] = [
  {
    metric: "ttftMs",
    column: "ttft",
    label: "TTFT",
    title: "Time to first token",
    unit: "ms",
    divisor: 1,
    definition: "TTFT: from BEGIN to its first token, so queueing and the prompt are in it.",
  },
  {
    metric: "tpotMs",
    column: "tpot",
    label: "TPOT",
    title: "Time per output token",
    unit: "ms per token",
    divisor: 1,
    definition: "TPOT: from first to last token over the tokens after the first, one value per request.",
  },
  {
    metric: "generationMs",
    column: "generation",
    label: "Generation time",
    title: "Generation time",
    unit: "seconds",
    divisor: 1000,
    definition: "From the first token to the end of the answer.",
  },
  {
    metric: "e2eMs",
    column: "e2e",
    label: "E2E",
    title: "Total time (E2E latency)",
    unit: "seconds",
    divisor: 1000,
    definition: "From BEGIN to the end of its answer: TTFT plus generation time.",
  },
];

/** 2x2: where the time of a request goes, with its tails. Ribbons and p99 only while the systems are few enough to tell apart. */
export function latencyAnalysis(analysis: Analysis): Figure {
  const axis = loadAxis(analysis);
  const who = identity(analysis, "latency analysis");
  const systems = analysis.systems.length;
  const size = { width: 450, height: 235 };
  const of = ({ metric, divisor }: Latency, statistic: StatisticName): Quantity => ({ metric, statistic, divisor });
  const drawn: readonly StatisticName[] = systems <= 2 ? ["p50", "p99"] : systems <= 3 ? ["p50", "p95"] : ["p50"];
  const ribbon = systems <= 2;
  const wanted = [...drawn, ...(ribbon ? (["p5", "p95"] as const) : [])].filter((s, i, all) => all.indexOf(s) === i);
  const shows = (statistic: StatisticName) =>
    latencies.some((latency) =>
      analysis.systems.some((system) =>
        system.stages.some((stage) => read(stage.pooled, of(latency, statistic)) !== null),
      ),
    );
  const reading = [
    "Line: p50.",
    ...(ribbon && shows("p5") && shows("p95") ? ["Ribbon: p5 to p95 of requests."] : []),
    ...(drawn.includes("p95") && shows("p95") ? ["Thin dashed line: p95."] : []),
    ...(drawn.includes("p99") && shows("p99") ? ["Dashes above: p99."] : []),
    ...(isRepeated(analysis) ? ["Small dots: p50 of each repetition."] : []),
  ];
  const counts = requestCounts(analysis, axis, size.width);
  const page: Page = {
    ...who,
    axis,
    size,
    columns: 2,
    counts,
    captions: captions(
      analysis,
      axis,
      latencies.map((latency) => ({ label: latency.label, quantities: wanted.map((s) => of(latency, s)) })),
      counts,
      reading.join(" "),
    ),
    panels: latencies.map((latency) => ({
      title: latency.title,
      better: "lower",
      unit: latency.unit,
      definition: latency.definition.replace("BEGIN", axis.begin),
      curves: percentileCurves(
        analysis,
        axis,
        drawn.map((statistic) => of(latency, statistic)),
        ribbon ? [of(latency, "p5"), of(latency, "p95")] : undefined,
      ),
      limits: latency.metric === "generationMs" ? [] : objectiveLimits(analysis, latency.metric, latency.divisor),
      mayBeLog: true,
      emptyReason: `No ${latency.label}: why stands below.`,
    })),
  };
  const statistics: readonly StatisticName[] = ["mean", "p5", "p50", "p90", "p95", "p99"];
  return {
    name: "latency_analysis",
    title: figureTitle(who),
    description: describe(
      analysis,
      axis,
      "Four panels: TTFT, time per output token, generation time and end-to-end latency",
      latencies.map((latency) => ({
        label: `${latency.label} p50`,
        unit: latency.divisor === 1 ? "ms" : "s",
        quantity: of(latency, "p50"),
      })),
    ),
    spec: pageSpec(smallMultiples(page)),
    table: stageTable(
      analysis,
      latencies.flatMap((latency) =>
        statistics.map((statistic) => ({
          name: `${latency.column}_${statistic}_${latency.divisor === 1 ? "ms" : "s"}`,
          quantity: of(latency, statistic),
        })),
      ),
    ),
  };
}
