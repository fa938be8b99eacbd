import type { Analysis, Measured, SystemAnalysis } from "../analysis.ts";
import type { SloTarget } from "../slo/sloAssessment.ts";
import { limitText } from "../write/objectives.ts";
import { type Curve, type CurvePoint, isFailing, missesObjectives, stagesOnAxis } from "./curve.ts";
import type { DataTable } from "./figure.ts";
import type { LoadAxis } from "./loadAxis.ts";
import { seriesStyle } from "./palette.ts";
import type { Limit } from "./referenceLines.ts";

/** What was judged of one stage, by the stage's place among those of its system. */
export type Judged = (system: SystemAnalysis, index: number) => Measured | undefined;

const finite = (measured: Measured | undefined): number | null => {
  const value = measured?.value ?? null;
  return value === null || !Number.isFinite(value) ? null : value;
};

export function judgedPoints(axis: LoadAxis, system: SystemAnalysis, of: Judged): CurvePoint[] {
  return stagesOnAxis(axis, system).map((stage) => ({
    load: stage.load,
    value: finite(of(system, system.stages.indexOf(stage))),
    low: null,
    high: null,
    failed: isFailing(stage.pooled) || missesObjectives(system, stage),
    repetitions: [],
  }));
}

/** One curve per system, in its colour; a single system needs no label. */
export function judgedCurves(
  analysis: Analysis,
  axis: LoadAxis,
  of: Judged,
  weight: Curve["weight"] = "strong",
): Curve[] {
  const several = analysis.systems.length > 1;
  return analysis.systems.map((system, i) => ({
    name: system.name,
    system: i,
    label: several && weight === "strong" ? system.name : "",
    style: seriesStyle(i),
    weight,
    points: judgedPoints(axis, system, of),
  }));
}

export const anyJudged = ({ systems }: Analysis, of: Judged): boolean =>
  systems.some((system) => system.stages.some((_, i) => finite(of(system, i)) !== null));

/** One row per system and stage; null is a missing number, never 0. */
export function judgedTable(analysis: Analysis, columns: readonly (readonly [name: string, of: Judged])[]): DataTable {
  return {
    columns: ["system", "simulated", "stage", "load_type", "load", "objectives", ...columns.map(([name]) => name)],
    rows: analysis.systems.flatMap((system) =>
      system.stages.map((stage, i) => [
        system.name,
        String(system.simulated),
        stage.name,
        stage.loadType,
        stage.load,
        system.slo?.stages[i]?.verdict ?? null,
        ...columns.map(([, of]) => finite(of(system, i))),
      ]),
    ),
  };
}

/** Objectives of one metric as lines; all systems are judged by the same ones. */
export function objectiveLimits(analysis: Analysis, metric: SloTarget["metric"], divisor = 1): Limit[] {
  const targets = analysis.systems.find(({ slo }) => slo !== null)?.slo?.targets ?? [];
  return targets
    .filter((target) => target.metric === metric)
    .map((target) => ({
      value: target.limit / divisor,
      text: `objective${"percentile" in target ? ` ${target.percentile}` : ""} ${limitText(target)}`,
    }));
}
