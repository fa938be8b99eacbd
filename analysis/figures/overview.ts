import type { Analysis } from "../analysis.ts";
import { captions } from "./captions.ts";
import { type Quantity, read, stagesOnAxis } from "./curve.ts";
import { describe } from "./description.ts";
import type { Figure } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { objectiveLimits } from "./judgedCurves.ts";
import { type LoadAxis, loadAxis } from "./loadAxis.ts";
import { numberText } from "./numberText.ts";
import { type Page, pageSpec } from "./page.ts";
import type { PointNote } from "./panel.ts";
import { smallMultiples } from "./smallMultiples.ts";
import { stageTable } from "./stageTable.ts";
import { isRepeated, percentileCurves, requestCounts, valueCurves } from "./systemCurves.ts";

const throughput: Quantity = { metric: "outputTokensPerSecond" };
const e2e = (statistic: "p50" | "p95"): Quantity => ({ metric: "e2eMs", statistic, divisor: 1000 });
const ttft = (statistic: "p50" | "p95"): Quantity => ({ metric: "ttftMs", statistic });

/** Throughput, latency and TTFT against load side by side: the figure that answers "how does it hold up?" at a glance. */
export function overview(analysis: Analysis): Figure {
  const axis = loadAxis(analysis);
  const who = identity(analysis, "throughput and latency under load");
  const tails = analysis.systems.length <= 3;
  const size = { width: 290, height: 250 };
  const statistics = tails ? (["p50", "p95"] as const) : (["p50"] as const);
  const percentiles = (of: typeof e2e) => statistics.map((statistic) => of(statistic));
  const thin = tails ? ", p95 (thin)" : "";
  const counts = requestCounts(analysis, axis, size.width);
  const page: Page = {
    ...who,
    axis,
    size,
    columns: 3,
    counts,
    captions: captions(
      analysis,
      axis,
      [
        { label: "Throughput", quantities: [throughput] },
        { label: "E2E", quantities: percentiles(e2e) },
        { label: "TTFT", quantities: percentiles(ttft) },
      ],
      counts,
      [
        ...(tails ? [] : ["p50 only; p95 of each system is in the table."]),
        ...(isRepeated(analysis) ? ["Small dots: single repetitions."] : []),
      ].join(" "),
    ),
    panels: [
      {
        title: "Throughput",
        better: "higher",
        unit: "output tokens/s, whole system",
        definition: "Output tokens produced inside the stage, over its wall-clock time.",
        curves: valueCurves(analysis, axis, throughput),
        note: highest(analysis, axis),
        limits: objectiveLimits(analysis, "outputTokensPerSecond"),
        mayBeLog: false,
        emptyReason: "No throughput was measured.",
      },
      {
        title: "Latency",
        better: "lower",
        unit: `seconds per request, p50${thin}`,
        definition: `End to end: from ${axis.begin} to the end of its answer, successful requests.`,
        curves: percentileCurves(analysis, axis, percentiles(e2e)),
        limits: objectiveLimits(analysis, "e2eMs", 1000),
        mayBeLog: true,
        emptyReason: "No latency: why stands below.",
      },
      {
        title: "Time to first token",
        better: "lower",
        unit: `ms, p50${thin}`,
        definition: `TTFT: from ${axis.begin} to the first token of its answer, successful requests.`,
        curves: percentileCurves(analysis, axis, percentiles(ttft)),
        limits: objectiveLimits(analysis, "ttftMs"),
        mayBeLog: true,
        emptyReason: "No TTFT: why stands below.",
      },
    ],
  };
  return {
    name: "overview",
    title: figureTitle(who),
    description: describe(analysis, axis, "Three panels: throughput, latency and time to first token", [
      { label: "output throughput", unit: "tokens/s", quantity: throughput },
      { label: "E2E latency p50", unit: "s", quantity: e2e("p50") },
      { label: "TTFT p50", unit: "ms", quantity: ttft("p50") },
    ]),
    spec: pageSpec(smallMultiples(page)),
    table: stageTable(analysis, [
      { name: "output_tokens_per_s", quantity: throughput },
      { name: "requests_per_s", quantity: { metric: "requestsPerSecond" } },
      { name: "e2e_p50_s", quantity: e2e("p50") },
      { name: "e2e_p95_s", quantity: e2e("p95") },
      { name: "ttft_p50_ms", quantity: ttft("p50") },
      { name: "ttft_p95_ms", quantity: ttft("p95") },
    ]),
  };
}

/** The best throughput in words, requests/s too; only of a single system, several would write over each other. */
function highest(analysis: Analysis, axis: LoadAxis): PointNote | null {
  const [system, second] = analysis.systems;
  if (system === undefined || second !== undefined) return null;
  let best: PointNote | null = null;
  for (const stage of stagesOnAxis(axis, system)) {
    const value = read(stage.pooled, throughput);
    const requests = read(stage.pooled, { metric: "requestsPerSecond" });
    if (value === null || value <= (best?.value ?? 0)) continue;
    const rate = requests === null ? "" : ` (${numberText(requests)} requests/s)`;
    best = { load: stage.load, value, text: `${numberText(value)} tokens/s${rate}` };
  }
  return best;
}
