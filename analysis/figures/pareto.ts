import type { Analysis, SystemAnalysis } from "../analysis.ts";
import { captions } from "./captions.ts";
import { type Curve, type CurvePoint, isFailing, missesObjectives, stagesOnAxis } from "./curve.ts";
import { type Figure, sentences } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { type LoadAxis, linearAxis, loadAxis } from "./loadAxis.ts";
import { loadText, numberText } from "./numberText.ts";
import { pageSpec } from "./page.ts";
import { ink, seriesStyle } from "./palette.ts";

interface Place {
  readonly system: SystemAnalysis;
  readonly stageLoad: number;
  /** Output tokens/s that one user sees while an answer is generated. */
  readonly speed: number;
  /** Output tokens/s per GPU. */
  readonly yielded: number;
  readonly failed: boolean;
}

/** What a GPU yields against what one user gets: every system trades one for the other. Null where GPUs are not known. */
export function pareto(analysis: Analysis): Figure | null {
  const loads = loadAxis(analysis);
  const places = analysis.systems.map((system) => placesOf(loads, system));
  const all = places.flat();
  if (all.length === 0) return null;
  const who = identity(analysis, "yield of a GPU against speed for a user");
  const axis = linearAxis(
    "decode speed seen by one user (output tokens/s = 1 / TPOT p50)",
    Math.max(...all.map(({ speed }) => speed)),
  );
  const front = frontOf(all);
  const named = analysis.systems.length <= 2;
  const spec = pageSpec({
    ...who,
    axis,
    size: { width: 760, height: 380 },
    columns: 1,
    counts: null,
    captions: captions(
      analysis,
      loads,
      [],
      null,
      `Each point is a load${named ? `, named by its ${loads.kind === "concurrency" ? "concurrency" : "requests/s"}` : ""}. Grey steps: the front; nothing that was measured is better in both${all.some(({ failed }) => failed) ? "; hollow points, which fail the objectives or too many requests, are left out of it" : ""}.`,
    ),
    panels: [
      {
        title: "Throughput of a GPU",
        better: "higher",
        unit: "output tokens/s per GPU",
        definition: "Output tokens of the whole system over its GPUs; up and to the right is better.",
        curves: [
          frontCurve(front),
          ...analysis.systems.map(
            (system, i): Curve => ({
              name: system.name,
              label: "",
              style: seriesStyle(i),
              weight: "strong",
              points: places[i]!.map((place) => point(place.speed, place.yielded, place.failed)),
            }),
          ),
        ],
        texts: named
          ? all.map((place) => ({ load: place.speed, value: place.yielded, text: loadText(place.stageLoad) }))
          : [],
        mayBeLog: false,
        emptyReason: "No throughput was measured.",
      },
    ],
  });
  return {
    name: "pareto",
    title: figureTitle(who),
    description: sentences(who.stamp, "Output tokens/s per GPU against output tokens/s that one user sees.", [
      ...front.map(
        ({ system, stageLoad, speed, yielded }) =>
          `On the front: ${system.name} at ${loads.name(loadText(stageLoad))}, ${numberText(yielded)} per GPU and ${numberText(speed)} per user.`,
      ),
    ]),
    spec,
    table: {
      columns: [
        "system",
        "simulated",
        "load_type",
        "load",
        "gpus",
        "output_tokens_per_s_per_gpu",
        "output_tokens_per_s_per_user",
        "objectives_failed",
        "on_front",
      ],
      rows: all.map((place) => [
        place.system.name,
        String(place.system.simulated),
        place.system.loadType,
        place.stageLoad,
        place.system.cost.gpus,
        place.yielded,
        place.speed,
        String(place.failed),
        String(front.includes(place)),
      ]),
    },
  };
}

function placesOf(loads: LoadAxis, system: SystemAnalysis): Place[] {
  const { gpus } = system.cost;
  if (gpus === null || gpus <= 0) return [];
  return stagesOnAxis(loads, system).flatMap((stage) => {
    const tpot = stage.pooled.tpotMs.p50.value;
    const rate = stage.pooled.outputTokensPerSecond.value;
    if (tpot === null || rate === null || !(tpot > 0)) return [];
    const failed = isFailing(stage.pooled) || missesObjectives(system, stage);
    return [{ system, stageLoad: stage.load, speed: 1000 / tpot, yielded: rate / gpus, failed }];
  });
}

/** Points within the objectives that no other one beats in both, by ascending speed. */
function frontOf(all: readonly Place[]): Place[] {
  const sorted = all.filter(({ failed }) => !failed).sort((a, b) => b.speed - a.speed || b.yielded - a.yielded);
  const front: Place[] = [];
  for (const place of sorted) if (place.yielded > (front.at(-1)?.yielded ?? 0)) front.push(place);
  return front.reverse();
}

const point = (load: number, value: number, failed = false): CurvePoint => ({
  load,
  value,
  low: null,
  high: null,
  failed,
  repetitions: [],
});

/** From the left edge: what a point yields is to be had at every lower speed too. */
function frontCurve(front: readonly Place[]): Curve {
  const [first] = front;
  const corners = front.map(({ speed }, i) => point(speed, front[i + 1]?.yielded ?? 0));
  return {
    name: "front",
    label: "",
    style: { color: ink.axis, outline: ink.paper, shape: "circle", dash: [2, 2] },
    weight: "plain",
    stepped: true,
    points: first === undefined ? [] : [point(0, first.yielded), ...corners],
  };
}
