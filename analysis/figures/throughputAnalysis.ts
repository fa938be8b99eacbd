import type { Analysis } from "../analysis.ts";
import { captions } from "./captions.ts";
import { type Curve, curvePoints, type Quantity } from "./curve.ts";
import { describe } from "./description.ts";
import type { Figure } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { type LoadAxis, loadAxis } from "./loadAxis.ts";
import { type Page, pageSpec } from "./page.ts";
import { seriesStyle } from "./palette.ts";
import { smallMultiples } from "./smallMultiples.ts";
import { stageTable } from "./stageTable.ts";
import { isRepeated, requestCounts, valueCurves } from "./systemCurves.ts";

const output: Quantity = { metric: "outputTokensPerSecond" };
const input: Quantity = { metric: "inputTokensPerSecond" };
const total: Quantity = { metric: "totalTokensPerSecond" };
const requests: Quantity = { metric: "requestsPerSecond" };
const isl = (statistic: "mean" | "p5" | "p95"): Quantity => ({ metric: "inputTokens", statistic });
const osl = (statistic: "mean" | "p5" | "p95"): Quantity => ({ metric: "outputTokens", statistic });
const rate = (statistic: "p5" | "p50" | "p95"): Quantity => ({ metric: "requestTokenRate", statistic });

/** 2x2: what the system delivers, what one user sees of it, and whether the requests were the same size throughout. */
export function throughputAnalysis(analysis: Analysis): Figure {
  const axis = loadAxis(analysis);
  const who = identity(analysis, "throughput analysis");
  const several = analysis.systems.length > 1;
  const bands = analysis.systems.length <= 2;
  const size = { width: 450, height: 235 };
  const ribbons = bands ? (["p5", "p95"] as const) : [];
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
      [
        { label: "Throughput", quantities: several ? [output, requests] : [output, input, total, requests] },
        { label: "Input tokens", quantities: [isl("mean")] },
        { label: "Output tokens", quantities: [osl("mean")] },
        { label: "Speed", quantities: [rate("p50"), ...ribbons.map(rate)] },
      ],
      counts,
      [
        ...(bands ? ["Ribbon: p5 to p95 of requests."] : []),
        ...(isRepeated(analysis) ? ["Small dots: single repetitions."] : []),
      ].join(" "),
    ),
    panels: [
      {
        title: several ? "Output throughput" : "Token throughput",
        better: "higher",
        unit: several ? "output tokens/s, whole system" : "tokens/s, whole system",
        definition: "Tokens handled inside the stage, over its wall-clock time; prompt tokens are input.",
        curves: several ? valueCurves(analysis, axis, output) : tokenCurves(analysis, axis),
        mayBeLog: false,
        emptyReason: "No throughput was measured.",
      },
      {
        title: "Request throughput",
        better: "higher",
        unit: "requests/s",
        definition: "Successful requests inside the stage, over its wall-clock time.",
        curves: valueCurves(analysis, axis, requests),
        mayBeLog: false,
        emptyReason: "No throughput was measured.",
      },
      {
        title: "Speed seen by one request",
        better: "higher",
        unit: "output tokens/s of one request, p50",
        definition: "Output tokens of a request over its total time, TTFT included.",
        curves: valueCurves(analysis, axis, rate("p50"), bands ? [rate("p5"), rate("p95")] : undefined),
        mayBeLog: false,
        emptyReason: "No speed: why stands below.",
      },
      {
        title: "Tokens per request",
        better: null,
        unit: `tokens, mean${several ? "; thin: input" : ""}`,
        definition: "ISL (input) and OSL (output) of successful requests; they should not change with the load.",
        curves: lengthCurves(analysis, axis, bands && !several),
        mayBeLog: true,
        emptyReason: "No token counts were recorded.",
      },
    ],
  };
  return {
    name: "throughput_analysis",
    title: figureTitle(who),
    description: describe(
      analysis,
      axis,
      "Four panels: token throughput, request throughput, speed of one request, tokens per request",
      [
        { label: "output throughput", unit: "tokens/s", quantity: output },
        { label: "request throughput", unit: "requests/s", quantity: requests },
        { label: "speed of one request p50", unit: "tokens/s", quantity: rate("p50") },
      ],
    ),
    spec: pageSpec(smallMultiples(page)),
    table: stageTable(analysis, [
      { name: "output_tokens_per_s", quantity: output },
      { name: "input_tokens_per_s", quantity: input },
      { name: "total_tokens_per_s", quantity: total },
      { name: "requests_per_s", quantity: requests },
      { name: "request_output_tokens_per_s_p50", quantity: rate("p50") },
      { name: "isl_mean_tokens", quantity: isl("mean") },
      { name: "isl_p5_tokens", quantity: isl("p5") },
      { name: "isl_p95_tokens", quantity: isl("p95") },
      { name: "osl_mean_tokens", quantity: osl("mean") },
      { name: "osl_p5_tokens", quantity: osl("p5") },
      { name: "osl_p95_tokens", quantity: osl("p95") },
    ]),
  };
}

/** Of a single system: output, input and their sum, each a series of its own. */
function tokenCurves(analysis: Analysis, axis: LoadAxis): Curve[] {
  const kinds = [
    { label: "output", quantity: output },
    { label: "input", quantity: input },
    { label: "total", quantity: total },
  ];
  return analysis.systems.flatMap((system) =>
    kinds.map(({ label, quantity }, i): Curve => {
      const points = curvePoints(axis, system, quantity);
      return { name: label, label, style: seriesStyle(i), weight: "strong", points };
    }),
  );
}

function lengthCurves(analysis: Analysis, axis: LoadAxis, bands: boolean): Curve[] {
  const several = analysis.systems.length > 1;
  return analysis.systems.flatMap((system, i): Curve[] => [
    {
      name: `${system.name} OSL`,
      system: i,
      label: several ? system.name : "output",
      style: seriesStyle(i),
      weight: "strong",
      points: curvePoints(axis, system, osl("mean"), bands ? [osl("p5"), osl("p95")] : undefined),
    },
    {
      name: `${system.name} ISL`,
      system: i,
      label: several ? "" : "input",
      style: seriesStyle(several ? i : 1),
      weight: several ? "thin" : "strong",
      points: curvePoints(axis, system, isl("mean"), bands ? [isl("p5"), isl("p95")] : undefined),
    },
  ]);
}
