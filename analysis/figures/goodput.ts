import type { Analysis } from "../analysis.ts";
import { passingStage } from "../write/objectives.ts";
import { captions } from "./captions.ts";
import type { Curve } from "./curve.ts";
import { type Figure, sentences } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { anyJudged, type Judged, judgedCurves, judgedTable } from "./judgedCurves.ts";
import { type LoadAxis, loadAxis } from "./loadAxis.ts";
import { numberText } from "./numberText.ts";
import { type Page, pageSpec } from "./page.ts";
import { ink } from "./palette.ts";
import { smallMultiples } from "./smallMultiples.ts";

const share: Judged = (system, i) => {
  const good = system.slo?.stages[i]?.goodShare;
  return good === undefined || good.value === null ? good : { value: 100 * good.value };
};
const rate: Judged = (system, i) => system.slo?.stages[i]?.goodRequestsPerSecond;
const achieved: Judged = (system, i) => system.stages[i]?.pooled.requestsPerSecond;

/** How many requests are good enough, as a share and as a rate. Null: no objectives, or none that a single request can meet. */
export function goodput(analysis: Analysis): Figure | null {
  if (!anyJudged(analysis, share)) return null;
  const axis = loadAxis(analysis);
  const who = identity(analysis, "goodput");
  const good = analysis.systems.find(({ slo }) => slo !== null)!.slo!.goodRequest;
  const open = axis.kind === "rate";
  const reading = [
    `A good request: ${good}; a failed one is not good.`,
    "Thin dashed line: all successful requests.",
    ...(open ? ["Grey line: as many as were offered."] : []),
  ];
  const page: Page = {
    ...who,
    axis,
    size: { width: 450, height: 260 },
    columns: 2,
    counts: null,
    captions: captions(analysis, axis, [], null, reading.join(" ")),
    panels: [
      {
        title: "Requests within the objectives",
        better: "higher",
        unit: "% of requests",
        definition: "Requests that meet the objectives, of all that were sent and not cancelled at the stage's end.",
        curves: judgedCurves(analysis, axis, share),
        mayBeLog: false,
        y: { log: false, domain: [0, 105], ticks: [0, 25, 50, 75, 100] },
        emptyReason: "No request could be judged.",
      },
      {
        title: "Goodput",
        better: "higher",
        unit: "good requests/s",
        definition: "Requests that meet the objectives, inside the stage, over its wall-clock time.",
        curves: [
          ...(open ? [offered(axis)] : []),
          ...judgedCurves(analysis, axis, achieved, "thin"),
          ...judgedCurves(analysis, axis, rate),
        ],
        mayBeLog: false,
        emptyReason: "No goodput could be computed.",
      },
    ],
  };
  return {
    name: "goodput",
    title: figureTitle(who),
    description: sentences(who.stamp, `Two panels: requests within the objectives and goodput against ${axis.title}.`, [
      ...analysis.systems.map((system) => {
        const index = passingStage(system);
        const value = index === null ? null : (rate(system, index)?.value ?? null);
        return value === null
          ? `${system.name}: no measured load is known to meet the objectives.`
          : `${system.name}: ${numberText(value)} good requests/s at ${axis.name(String(system.stages[index!]!.load))}, the largest load within the objectives.`;
      }),
    ]),
    spec: pageSpec(smallMultiples(page)),
    table: judgedTable(analysis, [
      ["good_percent", share],
      ["good_requests_per_s", rate],
      ["requests_per_s", achieved],
    ]),
  };
}

/** In an open loop load and answers have one unit: what falls below this line was not kept up with. */
function offered(axis: LoadAxis): Curve {
  const point = (load: number) => ({ load, value: load, low: null, high: null, failed: false, repetitions: [] });
  return {
    name: "offered",
    label: "offered",
    style: { color: ink.axis, outline: ink.paper, shape: "circle", dash: [] },
    weight: "plain",
    points: axis.loads.map(point),
  };
}
