import type { Analysis, Measured } from "../analysis.ts";
import { podSentences } from "../write/interferenceTable.ts";
import { type Figure, type Spec, sentences } from "./figure.ts";
import { figureTitle, identity } from "./heading.ts";
import { percentText } from "./numberText.ts";
import { captionLayers, documentSpec, headingLayers, LEFT } from "./page.ts";
import { ink, seriesStyle } from "./palette.ts";
import { pixel, textLayer } from "./textLayer.ts";
import { shorten } from "./typesetting.ts";

const ROW = 24;
/** Of a role's name above its pods. */
const HEAD = 30;
const BAR = 220;
const GAP = 90;
const NAMES = 210;
const PAGE_WIDTH = NAMES + 3 * BAR + 3 * GAP;
/** More pods of a system than that are in the table. */
const MOST_PODS = 16;

interface Line {
  /** Heading of a role, or a pod. */
  readonly name: string;
  readonly system: number;
  /** Requests, output tokens, prefix cache; null: a heading. */
  readonly bars: readonly [Measured, Measured, Measured] | null;
  /** An even share of the role, for the mark. */
  readonly even: number;
}

const heads = [
  "Requests, share of the role",
  "Output tokens, share of the role",
  "Prefix cache: own hit rate",
] as const;

/** Bars per pod: requests, tokens, and what its own cache held. Null: no system has several pods that told. */
export function pods(analysis: Analysis): Figure | null {
  const lines = linesOf(analysis);
  if (lines.length === 0) return null;
  const who = identity(analysis, "shares of the pods");
  const captions = [
    ...(analysis.simulated
      ? ["SIMULATED: the pods are models of engines, not GPUs; what divides the requests among them is real."]
      : []),
    ...podSentences(analysis),
    "By the pods' own counters, all loads together. Vertical mark: an even share.",
    ...analysis.systems.flatMap(({ name, podShares }) => {
      const left = (podShares?.roles ?? []).reduce(
        (sum, { pods: own }) => sum + Math.max(0, own.length - MOST_PODS),
        0,
      );
      return left > 0 ? [`${name}: ${left} more pods are in the table.`] : [];
    }),
  ];
  const heading = { ...who, captions };
  const tops = lines.map((_, i) => lines.slice(0, i).reduce((sum, { bars }) => sum + (bars === null ? HEAD : ROW), 0));
  const height = (tops.at(-1) as number) + ROW;
  const view = {
    width: PAGE_WIDTH - LEFT,
    height,
    view: { stroke: null },
    layer: [
      ...watermark(who.stamp, height),
      ...heads.flatMap((text, column) =>
        textLayer([{ x: barStart(column), y: -12, text }], { size: 12, color: ink.muted }),
      ),
      ...lines.flatMap((line, i) => lineLayers(line, tops[i] as number)),
      ...headingLayers(heading, PAGE_WIDTH, 46),
      ...captionLayers(captions, PAGE_WIDTH, height + 14),
    ],
  };
  return {
    name: "pods",
    title: figureTitle(who),
    description: sentences(
      who.stamp,
      "Share of each pod in its role's requests and output tokens.",
      podSentences(analysis),
    ),
    spec: documentSpec(heading, { vconcat: [view], bounds: "flush" }),
    table: {
      columns: [
        "system",
        "role",
        "pod",
        "requests_share",
        "prompt_tokens_share",
        "output_tokens_share",
        "prefix_cache_hit_rate",
      ],
      rows: analysis.systems.flatMap(({ name, podShares }) =>
        (podShares?.roles ?? []).flatMap(({ role, pods: own }) =>
          own.map((one) => [
            name,
            role ?? "",
            one.pod,
            one.requests.value,
            one.promptTokens.value,
            one.outputTokens.value,
            one.prefixCacheHitRate.value,
          ]),
        ),
      ),
    },
  };
}

function linesOf({ systems }: Analysis): Line[] {
  return systems.flatMap(({ name, podShares }, system) =>
    (podShares?.roles ?? []).flatMap(({ role, pods: own }): Line[] => {
      const even = 1 / own.length;
      return [
        { name: role === null ? name : `${name}: ${role}`, system, bars: null, even },
        ...own.slice(0, MOST_PODS).map(
          (pod): Line => ({
            name: pod.pod,
            system,
            bars: [pod.requests, pod.outputTokens, pod.prefixCacheHitRate],
            even,
          }),
        ),
      ];
    }),
  );
}

const barStart = (column: number): number => NAMES - LEFT + column * (BAR + GAP);

function lineLayers({ name, system, bars, even }: Line, top: number): Spec[] {
  if (bars === null)
    return textLayer([{ x: -LEFT, y: top + HEAD - 9, text: shorten(name, PAGE_WIDTH, 13, "bold") }], {
      size: 13,
      weight: "bold",
    });
  const baseline = top + ROW - 8;
  return [
    ...textLayer([{ x: -LEFT + 12, y: baseline, text: shorten(name, NAMES - 24, 12) }], { size: 12 }),
    ...bars.flatMap((measured, column) => bar(measured, column, top, system, column < 2 ? even : null)),
  ];
}

function bar({ value }: Measured, column: number, top: number, system: number, even: number | null): Spec[] {
  const left = barStart(column);
  const place = { y: top + 4, y2: top + ROW - 4 };
  const rect = (x: number, x2: number, fill: string): Spec => ({
    data: { values: [{ x, x2, ...place }] },
    mark: { type: "rect", fill },
    encoding: { x: pixel("x"), x2: { field: "x2" }, y: pixel("y"), y2: { field: "y2" } },
  });
  const mark: Spec[] =
    even === null
      ? []
      : [
          {
            data: { values: [{ x: left + even * BAR, y: top + 1, y2: top + ROW - 1 }] },
            mark: { type: "rule", color: ink.text, strokeWidth: 1.5 },
            encoding: { x: pixel("x"), y: pixel("y"), y2: { field: "y2" } },
          },
        ];
  const text = value === null ? "not known" : percentText(value);
  return [
    rect(left, left + BAR, ink.zone),
    ...(value === null ? [] : [rect(left, left + Math.min(1, value) * BAR, seriesStyle(system).color)]),
    ...mark,
    ...textLayer([{ x: left + BAR + 8, y: top + ROW - 8, text }], {
      size: 12,
      ...(value === null ? { color: ink.muted } : {}),
    }),
  ];
}

function watermark(stamp: string | null, height: number): Spec[] {
  if (stamp === null) return [];
  const place = { x: (PAGE_WIDTH - LEFT) / 2, y: height / 2 + 10, text: stamp };
  return textLayer([place], { size: 28, weight: "bold", color: ink.watermark, align: "center" });
}
