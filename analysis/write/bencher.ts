import type { Analysis } from "../analysis.ts";
import { trackedName, trackedValues } from "./trackedMetrics.ts";

/** Bencher Metric Format (bencher.dev/bmf.json): benchmark -> measure -> metric. */
export type BencherMetrics = Readonly<Record<string, Readonly<Record<string, BencherMetric>>>>;

export interface BencherMetric {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

/**
 * One benchmark per system and stage. Measures are slugs with their unit left out: Bencher makes a measure of an unknown
 * slug, and its unit is set there once.
 */
export function bencher(analysis: Analysis): BencherMetrics {
  const benchmarks = new Map<string, Map<string, BencherMetric>>();
  for (const tracked of trackedValues(analysis)) {
    const name = trackedName(analysis, tracked).slice(0, LONGEST_NAME);
    const measures = benchmarks.get(name) ?? new Map<string, BencherMetric>();
    benchmarks.set(name, measures);
    const { value, range } = tracked;
    // Bencher requires lower <= value <= upper to make sense of them; a pooled percentile may lie outside of its parts.
    const bounds =
      range === null ? {} : { lower_value: Math.min(range.low, value), upper_value: Math.max(range.high, value) };
    measures.set(tracked.metric.slug, { value, ...bounds });
  }
  return Object.fromEntries([...benchmarks].map(([name, measures]) => [name, Object.fromEntries(measures)]));
}

/** Bencher's limit for names of benchmarks. */
const LONGEST_NAME = 1024;
