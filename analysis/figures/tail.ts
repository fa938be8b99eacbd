import type { Analysis, StageAnalysis, SystemAnalysis } from "../analysis.ts";
import type { Tail } from "../tail.ts";
import { decidingStages } from "../write/objectives.ts";
import { runCaptions } from "./captions.ts";
import { type Curve, stagesOnAxis } from "./curve.ts";
import { type Figure, sentences } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { type LoadAxis, loadAxis, logarithmicAxis } from "./loadAxis.ts";
import { loadText, numberText, percentText } from "./numberText.ts";
import { type Heading, pageSpec } from "./page.ts";
import { seriesStyle } from "./palette.ts";
import type { Panel } from "./panel.ts";
import { logAxis } from "./valueAxis.ts";

/** More in one plot cannot be told apart. */
const MOST = 5;

interface Shown {
  readonly system: SystemAnalysis;
  readonly stage: StageAnalysis;
  readonly label: string;
}

/**
 * Share of requests that took longer than a time, both axes logarithmic: each tenth of the height is one nine more, so that
 * p99 and p99.9 are as plain as the median. One system: some of its loads. Several: each at one load that all have.
 */
export function tail(analysis: Analysis): Figure | null {
  const axis = loadAxis(analysis);
  const shown = chosen(analysis, axis);
  const points = shown.flatMap(({ stage }) => [...stage.tail!.ttftMs, ...stage.tail!.e2eMs]);
  if (points.length === 0) return null;
  const several = analysis.systems.length > 1;
  const at = several && shown[0] !== undefined ? ` at ${axis.name(loadText(shown[0].stage.load))}` : "";
  const who = identity(analysis, `tail of latency${at}`);
  const heading: Pick<Heading, "title" | "subtitle" | "stamp" | "legend"> = several
    ? who
    : { ...who, legend: shown.map(({ label }, i) => ({ text: label, style: seriesStyle(i) })) };
  const shares = points.map(([, share]) => share);
  const y = logAxis(Math.min(...shares), 1);
  const panel = (title: string, key: keyof Tail, begin: string, until: string): Panel => {
    const times = shown.flatMap(({ stage }) => stage.tail![key].map(([ms]) => ms)).filter((ms) => ms > 0);
    return {
      title,
      better: "lower",
      unit: "share of requests that took longer",
      definition: `From ${begin} to ${until}; a failed request is longer than any time.`,
      curves: shown.map(
        ({ label, system, stage }): Curve => ({
          name: label,
          label: "",
          style: seriesStyle(
            several ? analysis.systems.indexOf(system) : shown.findIndex((each) => each.stage === stage),
          ),
          weight: "plain",
          points: stage
            .tail![key].filter(([ms]) => ms > 0)
            .map(([ms, share]) => ({ load: ms, value: share, low: null, high: null, failed: false, repetitions: [] })),
        }),
      ),
      axis: times.length === 0 ? axis : logarithmicAxis("ms (log scale)", times),
      y: { ...y, ticks: [1, 0.1, 0.01, 0.001, 0.0001, 0.00001].filter((tick) => tick >= y.domain[0]) },
      yFormat: ".3~%",
      mayBeLog: true,
      emptyReason: `No ${title}: too few requests.`,
    };
  };
  const spec = pageSpec({
    ...heading,
    axis,
    size: { width: 450, height: 300 },
    columns: 2,
    counts: null,
    captions: [
      ...runCaptions(analysis),
      "The median is where a line crosses 50 %, p99 where it crosses 1 %, p99.9 at 0.1 %; lines end at the last two requests.",
    ],
    panels: [
      panel("Time to first token", "ttftMs", axis.begin, "the first token of its answer"),
      panel("Total time (E2E latency)", "e2eMs", axis.begin, "the end of its answer"),
    ],
  });
  return {
    name: "tail",
    title: figureTitle(who),
    description: sentences(
      who.stamp,
      "Two panels: share of requests whose TTFT and whose E2E latency was longer than a time, both axes logarithmic.",
      shown.map(({ label, stage }) => {
        const last = stage.tail!.e2eMs.at(-1);
        return last === undefined
          ? `${label}: none.`
          : `${label}: ${percentText(last[1])} took longer than ${numberText(last[0])} ms.`;
      }),
    ),
    spec,
    table: {
      columns: ["system", "simulated", "load_type", "load", "metric", "ms", "share_longer"],
      rows: shown.flatMap(({ system, stage }) =>
        (["ttftMs", "e2eMs"] as const).flatMap((key) =>
          stage.tail![key].map(([ms, share]) => [
            system.name,
            String(system.simulated),
            stage.loadType,
            stage.load,
            key === "ttftMs" ? "ttft" : "e2e",
            ms,
            Number(share.toPrecision(6)),
          ]),
        ),
      ),
    },
  };
}

const hasTail = ({ tail }: StageAnalysis): boolean => (tail?.e2eMs.length ?? 0) > 1;

function chosen(analysis: Analysis, axis: LoadAxis): Shown[] {
  const [system, second] = analysis.systems;
  if (system === undefined) return [];
  if (second === undefined) {
    const stages = stagesOnAxis(axis, system).filter(hasTail);
    return pick(system, stages).map((stage) => ({ system, stage, label: axis.name(loadText(stage.load)) }));
  }
  const of = (each: SystemAnalysis) => stagesOnAxis(axis, each).filter(hasTail);
  const load = of(system)
    .map((stage) => stage.load)
    .findLast((each) => analysis.systems.every((other) => of(other).some((stage) => stage.load === each)));
  if (load === undefined) return [];
  return analysis.systems.map((each) => ({
    system: each,
    stage: of(each).find((stage) => stage.load === load)!,
    label: each.name,
  }));
}

/** The lowest and the highest load, those that decide about the objectives, and others between them. */
function pick(system: SystemAnalysis, stages: readonly StageAnalysis[]): StageAnalysis[] {
  const wanted = [
    stages[0],
    stages.at(-1),
    ...(system.slo === null ? [] : decidingStages(system.slo).map((index) => system.stages[index])),
    ...Array.from({ length: MOST }, (_, i) => stages[Math.round((i * (stages.length - 1)) / (MOST - 1))]),
  ];
  const kept = new Set<StageAnalysis>();
  for (const stage of wanted) if (stage !== undefined && stages.includes(stage) && kept.size < MOST) kept.add(stage);
  return stages.filter((stage) => kept.has(stage));
}
