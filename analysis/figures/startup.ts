import type { Analysis, SystemAnalysis } from "../analysis.ts";
import { type NamedStart, namedStarts, secondsText, startSentence } from "../starts.ts";
import type { Startup, StartupPhase } from "../startup/startup.ts";
import type { DataTable, Figure, Spec } from "./figure.ts";
import { textWidth } from "./fontMetrics.ts";
import { figureTitle, identity } from "./heading.ts";
import { captionLayers, documentSpec, headingLayers, LEFT } from "./page.ts";
import { ink, seriesStyle } from "./palette.ts";
import { pixel, textLayer } from "./textLayer.ts";
import { wrap } from "./typesetting.ts";

const PLOT = 720;
/** Left of the bars for the names of phases. */
const NAMES = 250;
/** Right of them for what the last bar took. */
const RIGHT = 110;
const ROW = 24;
const HEAD = 34;
const WIDTH = NAMES + PLOT + RIGHT;

interface Mark {
  readonly seconds: number;
  readonly text: string;
}

/** When each phase of an engine's start began and how long it took, with the pod's own clock as lines. Null: nothing was started. */
export function startTimeline(analysis: Analysis): Figure | null {
  const starts = namedStarts(analysis).filter(({ startup }) => startup.phases.some(isKnown));
  if (starts.length === 0) return null;
  const started = analysis.systems.filter(({ starts: own = [] }) => own.length > 0) as readonly SystemAnalysis[];
  const who = { ...identity({ ...analysis, systems: started }, "start of the engine"), legend: [] };
  const marks = starts.map(({ startup }) => podMarks(startup));
  const ends = starts.flatMap(({ startup }) => startup.phases.filter(isKnown).map(endOf));
  const from = Math.min(0, ...marks.flat().map(({ seconds }) => seconds));
  const to = Math.max(1, ...ends, ...marks.flat().map(({ seconds }) => seconds));
  const ticks = tickSeconds(from, to);
  const at = (seconds: number) => ((seconds - from) / (to - from)) * PLOT;
  const captions = captionsOf(starts);
  const views = starts.map((start, i) => {
    const phases = start.startup.phases.filter(isKnown);
    const height = phases.length * ROW + 8;
    const layers = [
      ...grid(ticks, at, height),
      ...(who.stamp === null
        ? []
        : textLayer([{ x: PLOT / 2, y: height / 2 + 12, text: who.stamp }], {
            size: 30,
            weight: "bold",
            color: ink.watermark,
            align: "center",
          })),
      ...bars(phases, start.startup, at, marks[i] as readonly Mark[]),
      ...podLines(marks[i] as readonly Mark[], at, height),
      ...(starts.length === 1
        ? []
        : textLayer([{ x: -NAMES, y: -HEAD + 12, text: start.name }], { size: 14, weight: "bold" })),
    ];
    return {
      width: PLOT,
      height,
      view: { stroke: null },
      layer: [
        ...shifted(layers),
        ...(i === 0 ? headingLayers({ ...who, captions }, WIDTH, HEAD + 6) : []),
        ...(i === starts.length - 1 ? captionLayers(captions, WIDTH, height + 56) : []),
      ],
    };
  });
  return {
    name: "startup_timeline",
    title: figureTitle(who),
    description: starts.map(startSentence).join(" "),
    spec: documentSpec({ ...who, captions }, { vconcat: views, spacing: HEAD + 60, bounds: "flush" }),
    table: table(starts),
  };
}

type KnownPhase = StartupPhase & { readonly startSeconds: number; readonly seconds: { readonly value: number } };

function isKnown(phase: StartupPhase): phase is KnownPhase {
  return phase.startSeconds !== null && phase.seconds.value !== null;
}

function endOf({ startSeconds, seconds }: KnownPhase): number {
  return startSeconds + seconds.value;
}

/** Pixel rows begin at the edge of the paper, where the heading does. */
function shifted(layers: readonly Spec[]): Spec[] {
  const dx = NAMES - LEFT;
  return layers.map((layer) => {
    const { values } = layer.data as { readonly values: readonly { readonly x: number; readonly x2?: number }[] };
    return {
      ...layer,
      data: {
        values: values.map((row) => ({ ...row, x: row.x + dx, ...(row.x2 === undefined ? {} : { x2: row.x2 + dx }) })),
      },
    };
  });
}

function bars(
  phases: readonly KnownPhase[],
  { resolutionSeconds }: Startup,
  at: (seconds: number) => number,
  marks: readonly Mark[],
): Spec[] {
  const values = phases.map((phase, i) => ({
    x: at(phase.startSeconds),
    // A phase below the resolution is there: a line of 2 px says so.
    x2: Math.max(at(endOf(phase)), at(phase.startSeconds) + 2),
    y: i * ROW + 7,
    y2: i * ROW + ROW - 1,
  }));
  const labels = phases.map(({ seconds }, i) => {
    const bar = values[i]!;
    return { bar, x: bar.x2 + 7, y: i * ROW + 19, text: `${secondsText(seconds.value, resolutionSeconds)} s` };
  });
  // A line of the pod through a number makes it another number.
  const right = ({ bar, x, text }: (typeof labels)[number]) => {
    const end = x + textWidth(text, 12) + 4;
    const crossed = (low: number, high: number) => marks.some(({ seconds }) => at(seconds) > low && at(seconds) < high);
    return !crossed(bar.x2, end) || crossed(bar.x - (end - bar.x2), bar.x);
  };
  return [
    {
      data: { values },
      mark: { type: "rect", fill: seriesStyle(0).color },
      encoding: { x: pixel("x"), x2: { field: "x2" }, y: pixel("y"), y2: { field: "y2" } },
    },
    ...textLayer(
      phases.map(({ name }, i) => ({ x: -NAMES, y: i * ROW + 19, text: name })),
      { size: 13 },
    ),
    ...textLayer(labels.filter(right), { size: 12 }),
    ...textLayer(
      labels.filter((label) => !right(label)).map(({ bar, ...label }) => ({ ...label, x: bar.x - 7 })),
      { size: 12, align: "right" },
    ),
  ];
}

function grid(ticks: readonly number[], at: (seconds: number) => number, height: number): Spec[] {
  return [
    {
      data: { values: ticks.map((tick) => ({ x: at(tick), y: 0, y2: height + 4 })) },
      mark: { type: "rule", color: ink.grid },
      encoding: { x: pixel("x"), y: pixel("y"), y2: { field: "y2" } },
    },
    ...textLayer(
      ticks.map((tick) => ({
        x: at(tick),
        y: height + 20,
        text: String(Number(tick.toPrecision(6))).replace("-", "−"),
      })),
      { size: 12, color: ink.muted, align: "center" },
    ),
    ...textLayer([{ x: PLOT / 2, y: height + 38, text: "seconds since the first line of the log" }], {
      size: 12,
      color: ink.muted,
      align: "center",
    }),
  ];
}

/** The pod's conditions, where the log's stamps are of the same clock: vLLM's own have neither year nor zone. */
function podMarks({ stampedBy, firstLineAt, pod }: Startup): Mark[] {
  if (stampedBy !== "runtime" || firstLineAt === null) return [];
  const mark = (time: string | null, text: string): Mark[] =>
    time === null ? [] : [{ seconds: (Date.parse(time) - Date.parse(firstLineAt)) / 1000, text }];
  return [
    ...mark(pod.scheduledAt, "scheduled"),
    ...mark(pod.startedAt, "started"),
    ...mark(pod.readyAt, "ready"),
  ].filter(({ seconds }) => Number.isFinite(seconds));
}

/** Names stand above their lines, one row up where they would touch. */
function podLines(marks: readonly Mark[], at: (seconds: number) => number, height: number): Spec[] {
  if (marks.length === 0) return [];
  const { color } = seriesStyle(1);
  let edge = Number.NEGATIVE_INFINITY;
  let row = 0;
  const texts = marks.map(({ seconds, text }) => {
    const half = textWidth(text, 12) / 2;
    row = at(seconds) - half < edge + 8 ? row + 1 : 0;
    edge = Math.max(edge, at(seconds) + half);
    return { x: at(seconds), y: -6 - 14 * row, text };
  });
  return [
    {
      data: { values: marks.map(({ seconds }) => ({ x: at(seconds), y: -2, y2: height })) },
      mark: { type: "rule", color, strokeWidth: 1.5, strokeDash: [4, 3] },
      encoding: { x: pixel("x"), y: pixel("y"), y2: { field: "y2" } },
    },
    ...textLayer(texts, { size: 12, color, align: "center" }),
  ];
}

function captionsOf(starts: readonly NamedStart[]): string[] {
  const named = (name: string) => (starts.length === 1 ? "" : `${name}: `);
  return [
    "Bars: phases of the start by the engine's log. Dashed lines: the pod's own clock (whole seconds), which no log line enters.",
    ...starts.flatMap(({ name, startup }) => [
      ...(podMarks(startup).length === 0
        ? [
            `${named(name)}no lines of the pod: ${
              startup.stampedBy === "runtime"
                ? "its conditions are not known"
                : "the log has vLLM's own time stamps only, without year and zone"
            }.`,
          ]
        : []),
      ...absent(startup).map((text) => `${named(name)}${text}`),
    ]),
  ].flatMap((caption) => [wrap(caption, WIDTH, 12).join(" ")]);
}

function absent({ phases }: Startup): string[] {
  const missing = phases.filter((phase) => !isKnown(phase));
  return missing.length === 0 ? [] : [`Not in the log, so not drawn: ${missing.map(({ name }) => name).join(", ")}.`];
}

/** 1, 2 or 5 times a power of ten, five to ten of them. */
function tickSeconds(from: number, to: number): number[] {
  const rough = (to - from) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) as number);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step);
}

function table(starts: readonly NamedStart[]): DataTable {
  return {
    columns: ["system", "simulated", "phase", "process", "from_s", "took_s", "reason"],
    rows: starts.flatMap(({ name, simulated, startup }) =>
      startup.phases.map(({ name: phase, process, startSeconds, seconds }) => [
        name,
        simulated ? "yes" : "no",
        phase,
        process === null ? "" : `${process.name} ${process.pid}`,
        startSeconds,
        seconds.value,
        seconds.value === null ? seconds.reason : "",
      ]),
    ),
  };
}
