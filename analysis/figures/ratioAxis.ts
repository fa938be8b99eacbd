import type { ComparedMetric, ComparisonRow, Verdict } from "../analysis.ts";

/** How the compared metrics are called and drawn, in the order of the figure. */
export const comparedMetrics: readonly {
  readonly metric: ComparedMetric;
  readonly label: string;
  readonly better: "higher" | "lower";
}[] = [
  { metric: "outputTokensPerSecond", label: "Output tokens/s", better: "higher" },
  { metric: "requestsPerSecond", label: "Requests/s", better: "higher" },
  { metric: "ttftP50Ms", label: "TTFT p50", better: "lower" },
  { metric: "ttftP95Ms", label: "TTFT p95", better: "lower" },
  { metric: "tpotP50Ms", label: "TPOT p50", better: "lower" },
  { metric: "tpotP95Ms", label: "TPOT p95", better: "lower" },
  { metric: "e2eP50Ms", label: "E2E latency p50", better: "lower" },
  { metric: "e2eP95Ms", label: "E2E latency p95", better: "lower" },
];

/** Never told by colour alone. */
export const verdictText: Readonly<Record<Verdict, string>> = {
  better: "✓ better",
  worse: "✗ worse",
  same: "= same",
  inconclusive: "? inconclusive",
};

export const ratioText = (ratio: number): string =>
  ratio < 0.001
    ? "<0.001×"
    : `${ratio >= 10 ? ratio.toFixed(0) : ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2)}×`;
export const intervalText = (interval: ComparisonRow["interval"]): string =>
  interval === null ? "no interval" : `${ratioText(interval.low).slice(0, -1)} to ${ratioText(interval.high)}`;

export interface RatioAxis {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

/** Wider than this, intervals run off the axis with an arrow: with two repetitions they can span decades. */
const WIDEST = 8;

/** Symmetric around 1 on a log scale, so that twice and half look alike. Holds every ratio, and intervals as far as `WIDEST`. */
export function ratioAxis(rows: readonly ComparisonRow[]): RatioAxis {
  const distance = (ratio: number) => Math.max(ratio, 1 / ratio);
  const ratios = rows.flatMap(({ ratio }) => (usable(ratio.value) ? [distance(ratio.value)] : []));
  const ends = rows.flatMap(({ interval }) => (interval === null ? [] : [interval.low, interval.high]));
  const margins = rows.map((row) => 1 + (row.margin ?? 0));
  const wide = ends.filter(usable).map((end) => Math.min(WIDEST, distance(end)));
  const reach = Math.max(1.15, ...ratios, ...wide, ...margins) ** 1.08;
  const steps = [1.05, 1.1, 1.2, 1.5, 2, 4, 8, 20, 100, 1000].filter((step) => step <= reach);
  const room = Math.log(reach) / 4.8; // of a label and the gap to the next
  const kept: number[] = [];
  for (const step of steps) if (Math.log(step) - Math.log(kept.at(-1) ?? 1) >= room) kept.push(step);
  return { domain: [1 / reach, reach], ticks: [...kept.map((step) => 1 / step).reverse(), 1, ...kept] };
}

/** "1.05×", "0.95×", "2×". */
export const ratioTickText = (ratio: number): string =>
  `${Number(ratio < 0.1 ? ratio.toPrecision(1) : ratio.toFixed(2))}×`;

export const usable = (ratio: number | null): ratio is number => ratio !== null && Number.isFinite(ratio) && ratio > 0;

export function ratioPosition({ domain: [low, high] }: RatioAxis, ratio: number, px: number): number {
  const clamped = Math.min(high, Math.max(low, ratio));
  return (Math.log(clamped / low) / Math.log(high / low)) * px;
}
