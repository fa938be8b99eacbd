import type { Analysis } from "../analysis.ts";
import type { ReplicaCost } from "../cost/costAnalysis.ts";
import { passingStage } from "../write/objectives.ts";
import { captions } from "./captions.ts";
import type { Curve } from "./curve.ts";
import { type Figure, sentences } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { anyJudged, type Judged, judgedCurves, judgedTable } from "./judgedCurves.ts";
import { type LoadAxis, linearAxis, loadAxis } from "./loadAxis.ts";
import { numberText } from "./numberText.ts";
import { type Page, pageSpec } from "./page.ts";
import { seriesStyle } from "./palette.ts";
import type { Panel } from "./panel.ts";
import type { Border } from "./referenceLines.ts";
import { smallMultiples } from "./smallMultiples.ts";

const good: Judged = (system, i) => system.cost.stages[i]?.usdPerMillionGoodOutputTokens;
const output: Judged = (system, i) => system.cost.stages[i]?.usdPerMillionOutputTokens;

/** What a million tokens cost at each load, and with whole replicas for a load that grows. Null: no price, or no GPU count. */
export function cost(analysis: Analysis): Figure | null {
  if (!anyJudged(analysis, output) && !anyJudged(analysis, good)) return null;
  const axis = loadAxis(analysis);
  const who = identity(analysis, "cost of output tokens");
  const judged = anyJudged(analysis, good);
  const replicas = analysis.systems.some(({ cost: { replicaCurve } }) => replicaCurve.length > 1);
  const page: Page = {
    ...who,
    axis,
    size: { width: replicas ? 450 : 620, height: 260 },
    columns: 2,
    counts: null,
    captions: [
      ...captions(analysis, axis, [], null, judged ? "Thin dashed line: all output tokens, good or not." : ""),
      ...prices(analysis),
    ],
    panels: [
      {
        title: judged ? "Cost of good output tokens" : "Cost of output tokens",
        better: "lower",
        unit: `US dollars per million ${judged ? "good " : ""}output tokens`,
        definition: judged
          ? "Price of all GPUs per hour, over output tokens of requests within the objectives."
          : "Price of all GPUs per hour, over all output tokens.",
        curves: judged
          ? [...judgedCurves(analysis, axis, output, "thin"), ...judgedCurves(analysis, axis, good)]
          : judgedCurves(analysis, axis, output),
        borders: cuts(analysis),
        mayBeLog: true,
        emptyReason: "No cost was computed.",
      },
      ...(replicas ? [sawTooth(analysis)] : []),
    ],
  };
  return {
    name: "cost",
    title: figureTitle(who),
    description: sentences(who.stamp, `Cost per million output tokens against ${axis.title}.`, [
      ...analysis.systems.map(({ name, cost: { atSlo } }) => {
        const { value } = atSlo.usdPerMillionGoodOutputTokens;
        return value === null || atSlo.load === null
          ? `${name}: no cost within the objectives.`
          : `${name}: ${numberText(value)} US dollars per million good output tokens at ${axis.name(String(atSlo.load))}.`;
      }),
    ]),
    spec: pageSpec(smallMultiples(page)),
    table: judgedTable(analysis, [
      ["usd_per_million_good_output_tokens", good],
      ["usd_per_million_output_tokens", output],
      ["usd_per_million_input_tokens", (system, i) => system.cost.stages[i]?.usdPerMillionInputTokens],
      ["joules_per_output_token", (system, i) => system.cost.stages[i]?.joulesPerOutputToken],
    ]),
  };
}

/** Right of this line the objectives do not hold: what is cheaper there is of no use. Of one system: several would be a fence. */
function cuts({ systems }: Analysis): Border[] {
  const [system, second] = systems;
  if (system === undefined || second !== undefined) return [];
  const index = passingStage(system);
  return index === null ? [] : [{ at: system.stages[index]!.load, text: "objectives hold up to here" }];
}

/** Below this share of the first replica nearly all is paid for nothing, and the rest of the curve would lie flat below it. */
const FIRST_SHARE = 0.25;

/** A replica is bought whole: each new one is half empty, and the price per token jumps. */
function sawTooth(analysis: Analysis): Panel {
  const curves = analysis.systems.map(
    ({ name, cost: { replicaCurve } }, i): Curve => ({
      name,
      system: i,
      label: analysis.systems.length > 1 && replicaCurve.length > 0 ? name : "",
      style: seriesStyle(i),
      weight: "plain",
      jumps: true,
      points: worthShowing(replicaCurve).map(({ requestsPerSecond, usdPerMillionOutputTokens }) => ({
        load: requestsPerSecond,
        value: usdPerMillionOutputTokens,
        low: null,
        high: null,
        failed: false,
        repetitions: [],
      })),
    }),
  );
  const demanded = curves.flatMap(({ points }) => points.map(({ load }) => load));
  const axis: LoadAxis = linearAxis("demanded rate (requests/s)", Math.max(...demanded));
  return {
    title: "Cost with whole replicas",
    better: "lower",
    unit: "US dollars per million output tokens",
    definition:
      "As many replicas as keep each within its largest load that meets the objectives; from a quarter of the first.",
    curves,
    axis,
    mayBeLog: true,
    emptyReason: "No load is known to meet the objectives.",
  };
}

function worthShowing(curve: readonly ReplicaCost[]): readonly ReplicaCost[] {
  const first = Math.max(...curve.filter(({ replicas }) => replicas === 1).map((each) => each.requestsPerSecond));
  return curve.filter(({ requestsPerSecond }) => requestsPerSecond >= FIRST_SHARE * first);
}

/** The price and where it is from, once for systems that share it. */
function prices({ systems }: Analysis): string[] {
  const texts = systems.map(({ name, cost: { price, gpus, usdPerHour, notes } }) => {
    const what =
      price === null
        ? usdPerHour.value === null
          ? `no price: ${usdPerHour.reason}`
          : `$${numberText(usdPerHour.value)} per hour`
        : `$${price.usdPerGpuHour} per GPU hour${gpus === null ? "" : `, ${gpus} ${gpus === 1 ? "GPU" : "GPUs"}`} (${price.source}, ${price.asOf})`;
    return { name, text: [`Price: ${what}.`, ...notes].join(" ") };
  });
  const distinct = new Set(texts.map(({ text }) => text));
  if (distinct.size === 1) return [...distinct];
  return texts.map(({ name, text }) => `${name}: ${text}`);
}
