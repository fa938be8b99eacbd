import type { Analysis } from "../analysis.ts";
import { captions } from "./captions.ts";
import type { Quantity } from "./curve.ts";
import { describe } from "./description.ts";
import type { Figure } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { loadAxis } from "./loadAxis.ts";
import { type Page, pageSpec } from "./page.ts";
import { smallMultiples } from "./smallMultiples.ts";
import { stageTable } from "./stageTable.ts";
import { isRepeated, valueCurves } from "./systemCurves.ts";

const e2e: Quantity = { metric: "e2eMs", statistic: "p50", divisor: 1000 };
const rate: Quantity = { metric: "requestTokenRate", statistic: "p50" };

/**
 * Latency and token rate of a request against the load, all systems. The file is called as people know it; the axis says what
 * the load was, since a concurrency is no QPS.
 */
export function loadComparison(analysis: Analysis): Figure | null {
  if (analysis.systems.length < 2) return null;
  const axis = loadAxis(analysis);
  const who = identity(analysis, "what one request sees under load");
  const page: Page = {
    ...who,
    axis,
    size: { width: 450, height: 260 },
    columns: 2,
    counts: null,
    captions: captions(
      analysis,
      axis,
      [
        { label: "E2E", quantities: [e2e] },
        { label: "Token rate", quantities: [rate] },
      ],
      null,
      isRepeated(analysis) ? "Small dots: single repetitions." : "",
    ),
    panels: [
      {
        title: "Total time (E2E latency)",
        better: "lower",
        unit: "seconds per request, p50",
        definition: `From ${axis.begin} to the end of its answer, successful requests.`,
        curves: valueCurves(analysis, axis, e2e),
        mayBeLog: true,
        emptyReason: "No latency: why stands below.",
      },
      {
        title: "Token rate of one request",
        better: "higher",
        unit: "output tokens/s, p50",
        definition: "Output tokens of a request over its total time, TTFT included; not the system's throughput.",
        curves: valueCurves(analysis, axis, rate),
        mayBeLog: false,
        emptyReason: "No token rate: why stands below.",
      },
    ],
  };
  return {
    name: "qps_comparison",
    title: figureTitle(who),
    description: describe(analysis, axis, "Two panels: E2E latency and token rate of one request", [
      { label: "E2E p50", unit: "s", quantity: e2e },
      { label: "token rate p50", unit: "tokens/s", quantity: rate },
    ]),
    spec: pageSpec(smallMultiples(page)),
    table: stageTable(analysis, [
      { name: "e2e_p50_s", quantity: e2e },
      { name: "request_output_tokens_per_s_p50", quantity: rate },
    ]),
  };
}
