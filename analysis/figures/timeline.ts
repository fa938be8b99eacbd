import type { Analysis, SystemAnalysis } from "../analysis.ts";
import type { ServerSeries } from "../server/serverMetrics.ts";
import { runCaptions } from "./captions.ts";
import type { Curve } from "./curve.ts";
import { type Figure, sentences } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { linearAxis } from "./loadAxis.ts";
import { loadText, numberText } from "./numberText.ts";
import { pageSpec } from "./page.ts";
import { seriesStyle } from "./palette.ts";
import { PANEL_HEAD, type Panel } from "./panel.ts";

type Metric = ServerSeries["metric"];

const metrics: readonly {
  readonly metric: Metric;
  readonly title: string;
  /** What the numbers at the axis count. */
  readonly unit: string;
  readonly share: boolean;
}[] = [
  { metric: "running", title: "Requests running", unit: "requests that the engine works on", share: false },
  {
    metric: "waiting",
    title: "Requests waiting",
    unit: "requests that the engine has accepted and not begun",
    share: false,
  },
  { metric: "kvCacheUse", title: "KV cache in use", unit: "% of its blocks hold something", share: true },
  {
    metric: "prefixCacheHitRate",
    title: "Prefix cache hit rate",
    unit: "% of the prompt tokens looked up were found",
    share: true,
  },
  {
    metric: "gpuUtilisation",
    title: "GPU utilisation",
    unit: "% of the time in which the GPU did anything at all",
    share: true,
  },
  { metric: "powerWatts", title: "Power", unit: "W, of the GPUs as they measured it", share: false },
];

/** px of the ticks between two panels, and their distance. */
const ROW_GAP = PANEL_HEAD + 44;

/** More points than px draw nothing more. */
const MOST_POINTS = 500;

/** What the engine said of itself over one repetition, panels below each other on one time axis. Null: nothing was recorded. */
export function timeline(analysis: Analysis): Figure | null {
  const recorded = analysis.systems.filter(({ serverSeries }) => serverSeries.length > 0);
  const drawn = metrics.filter(({ metric }) =>
    recorded.some(({ serverSeries }) => serverSeries.some((series) => series.metric === metric && hasValue(series))),
  );
  if (drawn.length === 0) return null;
  const who = identity(analysis, "the engine over time");
  const ends = recorded.flatMap(({ serverSeries, stageSpans = [] }) => [
    ...serverSeries.map(({ seconds }) => seconds.at(-1) ?? 0),
    ...stageSpans.map(({ endSeconds }) => endSeconds),
  ]);
  const axis = linearAxis("seconds from the start of the run", Math.max(1, ...ends));
  const first = recorded[0]!;
  const spans = sameSpans(recorded) ? (first.stageSpans ?? []) : [];
  const panels = drawn.map(
    ({ metric, title, unit, share }, i): Panel => ({
      title,
      better: null,
      unit,
      definition: "",
      // One time axis for all, named once.
      row: { name: null, head: true, foot: i === drawn.length - 1 },
      curves: analysis.systems.flatMap((system, index) =>
        curvesOf(system, index, metric, share, analysis.systems.length > 1),
      ),
      borders: spans.map(({ startSeconds, load }) => ({ at: startSeconds, text: i === 0 ? loadText(load) : "" })),
      axis,
      ...(share ? { y: { log: false, domain: [0, 105], ticks: [0, 50, 100] } as const } : {}),
      mayBeLog: false,
      emptyReason: "Nothing was recorded.",
    }),
  );
  const spec = pageSpec({
    ...who,
    axis,
    size: { width: 900, height: 110 },
    columns: 1,
    rowGap: ROW_GAP,
    counts: null,
    captions: [
      ...runCaptions(analysis),
      ...(spans.length === 0
        ? []
        : [
            `Dotted lines: a stage begins; the number is its ${first.loadType === "concurrency" ? "concurrency" : "offered requests/s"}.`,
          ]),
      "One repetition. A gap in a line: nothing was recorded there.",
    ],
    panels,
  });
  return {
    name: "timeline",
    title: figureTitle(who),
    description: sentences(
      who.stamp,
      `${drawn.length} panels below each other, against seconds from the start of the run.`,
      recorded.flatMap((system) =>
        drawn.flatMap(({ metric, title, share }) => {
          const values = system.serverSeries
            .filter((series) => series.metric === metric)
            .flatMap((series) => series.values.filter((value) => value !== null));
          if (values.length === 0) return [];
          const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
          return [`${system.name}: ${title} at most ${numberText(share ? 100 * most : most)}${share ? " %" : ""}.`];
        }),
      ),
    ),
    spec,
    table: {
      columns: ["system", "simulated", "metric", "pod", "seconds", "value"],
      rows: recorded.flatMap((system) =>
        system.serverSeries.flatMap((series) =>
          thinned(series).map(([second, value]) => [
            system.name,
            String(system.simulated),
            series.metric,
            series.pod,
            second,
            value,
          ]),
        ),
      ),
    },
  };
}

const hasValue = ({ values }: ServerSeries): boolean => values.some((value) => value !== null);

/** Borders of several systems are drawn only where they are the same: else they would be no system's. */
function sameSpans(systems: readonly SystemAnalysis[]): boolean {
  const of = ({ stageSpans = [] }: SystemAnalysis) =>
    JSON.stringify(stageSpans.map(({ startSeconds, load }) => [Math.round(startSeconds), load]));
  return systems.every((system) => of(system) === of(systems[0]!));
}

function curvesOf(system: SystemAnalysis, index: number, metric: Metric, share: boolean, several: boolean): Curve[] {
  const own = system.serverSeries.filter((series) => series.metric === metric);
  return own.map((series, i) => ({
    name: `${system.name} ${series.pod ?? ""}`,
    label: several ? (i === 0 ? system.name : "") : own.length > 1 ? (series.pod ?? "all") : "",
    style: seriesStyle(several ? index : i),
    weight: "plain",
    points: thinned(series).map(([second, value]) => ({
      load: second,
      value: value === null ? null : share ? 100 * value : value,
      low: null,
      high: null,
      failed: false,
      repetitions: [],
    })),
  }));
}

/** Every n-th sample, the greatest of each group: a spike is what one looks for. A group with a gap keeps its gap. */
function thinned({ seconds, values }: ServerSeries): (readonly [second: number, value: number | null])[] {
  const every = Math.max(1, Math.ceil(seconds.length / MOST_POINTS));
  const points: (readonly [number, number | null])[] = [];
  for (let i = 0; i < seconds.length; i += every) {
    const group = values.slice(i, i + every);
    const value = group.includes(null) ? null : Math.max(...(group as number[]));
    if (points.at(-1)?.[0] !== seconds[i]) points.push([seconds[i]!, value]);
  }
  return points;
}
