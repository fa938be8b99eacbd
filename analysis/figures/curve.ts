import type { Measured, StageAnalysis, StageMetrics, Summary, SystemAnalysis } from "../analysis.ts";
import { type LoadAxis, onAxis } from "./loadAxis.ts";
import type { SeriesStyle } from "./palette.ts";

/** More than this share of failed requests makes a marker hollow. */
export const HOLLOW_ABOVE = 0.01;

export interface CurvePoint {
  readonly load: number;
  /** null: missing; the line breaks there. */
  readonly value: number | null;
  /** Ribbon, e.g. p5 and p95; both or none. */
  readonly low: number | null;
  readonly high: number | null;
  readonly failed: boolean;
  /** The same figure of each repetition; empty with fewer than two. */
  readonly repetitions: readonly number[];
}

export interface Curve {
  readonly name: string;
  /** Place of its system among those declared; a curve without one belongs to all. */
  readonly system?: number;
  /** Text beside the last point; "" draws none. */
  readonly label: string;
  readonly style: SeriesStyle;
  /** strong: thick line and markers; thin: thin dashed line; marks: no line; plain: line without markers; dots: markers and bars without a line. */
  readonly weight: "strong" | "thin" | "marks" | "plain" | "dots";
  /** Whether the value holds until the next point; else it goes there in a straight line. */
  readonly stepped?: boolean;
  /** Whether two points at one place are a jump of the line; else they are two stages, which no line joins. */
  readonly jumps?: boolean;
  readonly points: readonly CurvePoint[];
}

export type SummaryName = {
  [Key in keyof StageMetrics]: StageMetrics[Key] extends Summary ? Key : never;
}[keyof StageMetrics];
export type ScalarName = {
  [Key in keyof StageMetrics]: StageMetrics[Key] extends Measured ? Key : never;
}[keyof StageMetrics];
export type StatisticName = Exclude<keyof Summary, "n">;

/** A number to draw: which metric, which statistic of it (a scalar has none), and what to divide by (1000 for ms as s). */
export type Quantity =
  | { readonly metric: ScalarName; readonly statistic?: undefined; readonly divisor?: number }
  | { readonly metric: SummaryName; readonly statistic: StatisticName; readonly divisor?: number };

export function measured(metrics: StageMetrics, quantity: Quantity): Measured {
  return quantity.statistic === undefined ? metrics[quantity.metric] : metrics[quantity.metric][quantity.statistic];
}

/** Finite number in the unit to draw, or null. */
export function read(metrics: StageMetrics, quantity: Quantity): number | null {
  const { value } = measured(metrics, quantity);
  return value === null || !Number.isFinite(value) ? null : value / (quantity.divisor ?? 1);
}

export function stagesOnAxis(axis: LoadAxis, system: SystemAnalysis): StageAnalysis[] {
  return system.stages.filter((stage) => onAxis(axis, stage)).sort((a, b) => a.load - b.load);
}

export const isFailing = (metrics: StageMetrics): boolean => (metrics.failureRate.value ?? 0) > HOLLOW_ABOVE;

/** Whether it fails the objectives; false where there are none. */
export function missesObjectives({ stages, slo }: SystemAnalysis, stage: StageAnalysis): boolean {
  return slo?.stages[stages.indexOf(stage)]?.verdict === "fail";
}

/** One point per stage of a system, by ascending load. `ribbon` names the statistics of the band around it. */
export function curvePoints(
  axis: LoadAxis,
  system: SystemAnalysis,
  quantity: Quantity,
  ribbon?: readonly [Quantity, Quantity],
): CurvePoint[] {
  return stagesOnAxis(axis, system).map((stage) => {
    const low = ribbon === undefined ? null : read(stage.pooled, ribbon[0]);
    const high = ribbon === undefined ? null : read(stage.pooled, ribbon[1]);
    const repetitions = stage.repetitions.map((metrics) => read(metrics, quantity)).filter((v) => v !== null);
    return {
      load: stage.load,
      value: read(stage.pooled, quantity),
      low: high === null ? null : low,
      high: low === null ? null : high,
      failed: isFailing(stage.pooled) || missesObjectives(system, stage),
      repetitions: repetitions.length < 2 ? [] : repetitions,
    };
  });
}
