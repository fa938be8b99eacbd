import type { Slo, SloLatency } from "../../scenario/criteria.ts";
import type { StageAnalysis } from "../analysis.ts";
import { NOT_RUN } from "../metrics.ts";
import type { Run } from "../run.ts";
import { type StageRows, stageRows } from "../stageRows.ts";
import { type AdjustedSamples, adjustedSamples } from "./adjustedSamples.ts";
import { allNull, goodputOf } from "./goodput.ts";
import { judgeLatency } from "./judgeLatency.ts";
import { judgeRate } from "./judgeRate.ts";
import { judgeReported } from "./judgeReported.ts";
import { largestLoad } from "./largestLoad.ts";
import type { SloAssessment, SloResult, SloTarget, StageSlo } from "./sloAssessment.ts";
import { goodRequestText, requestLimits, targetsOf } from "./targets.ts";

const NO_ROWS = "the harness left no request rows, so that no request can be called good";

/** Every stage against every objective, requests of all repetitions together; null: no objective is set. */
export function assessSlo(
  runs: readonly Run[],
  stages: readonly StageAnalysis[],
  slo: Slo | null,
): SloAssessment | null {
  const targets = slo === null ? [] : targetsOf(slo);
  if (slo === null || targets.length === 0) return null;
  const rows = rowsByStage(runs);
  const withoutRows = stages.filter((stage) => stage.pooled.sent > 0 && !hasAllRows(stage, rows.get(keyOf(stage))));
  const judged = stages.map((stage) => judgeStage(stage, rows.get(keyOf(stage)) ?? [], targets, slo));
  return {
    targets,
    stages: judged,
    largestLoad: largestLoad(
      targets,
      judged.map((stage, i) => ({ ...stage, loadType: stages[i]!.loadType })),
    ),
    goodRequest: goodRequestText(slo),
    notes:
      withoutRows.length === 0
        ? []
        : ["the harness left no request rows: its own percentiles are judged, without an interval"],
  };
}

function judgeStage(
  stage: StageAnalysis,
  parts: readonly StageRows[],
  targets: readonly SloTarget[],
  slo: Slo,
): StageSlo {
  const { load, pooled } = stage;
  // Several percentiles of one metric are one sorted set.
  const sorted = new Map<SloLatency, AdjustedSamples>();
  const samplesOf = (metric: SloLatency): AdjustedSamples => {
    const samples = sorted.get(metric) ?? adjustedSamples(parts, metric);
    sorted.set(metric, samples);
    return samples;
  };
  const results = targets.map((target): SloResult => {
    if (!("percentile" in target)) return judgeRate(target, pooled);
    if (pooled.sent === 0) return notRun;
    if (!hasAllRows(stage, parts)) return judgeReported(target, pooled);
    const { mean } = pooled[target.metric];
    return judgeLatency(target, samplesOf(target.metric), {
      whenEmpty: mean.value === null ? mean.reason : NOT_RUN,
      failureRate: pooled.failureRate.value,
      failuresUnknown: parts.find(({ failuresUnknown }) => failuresUnknown !== null)?.failuresUnknown ?? null,
    });
  });
  const verdicts = results.map(({ verdict }) => verdict);
  return {
    load,
    verdict: verdicts.includes("fail") ? "fail" : verdicts.includes("unsure") ? "unsure" : "pass",
    results,
    ...(pooled.sent === 0
      ? allNull(NOT_RUN)
      : hasAllRows(stage, parts)
        ? goodputOf(parts, requestLimits(slo), pooled)
        : allNull(NO_ROWS)),
  };
}

const notRun: SloResult = {
  measured: { value: null, reason: NOT_RUN },
  bound: null,
  verdict: "unsure",
  reason: NOT_RUN,
};

/** A repetition that kept its numbers only would be left out of the rows, and with it perhaps the slow requests. */
function hasAllRows({ repetitions }: StageAnalysis, parts: readonly StageRows[] = []): boolean {
  return parts.length > 0 && parts.length === repetitions.length;
}

/** As the analysis groups them: by name and load. */
function rowsByStage(runs: readonly Run[]): Map<string, StageRows[]> {
  const stages = new Map<string, StageRows[]>();
  for (const run of runs) {
    for (const part of stageRows(run)) {
      if (part === undefined) continue;
      const { name, load } = part.plan;
      const value = load.type === "concurrency" ? load.concurrency : load.requestsPerSecond;
      const key = keyOf({ name, loadType: load.type, load: value });
      stages.set(key, [...(stages.get(key) ?? []), part]);
    }
  }
  return stages;
}

function keyOf({ name, loadType, load }: Pick<StageAnalysis, "name" | "loadType" | "load">): string {
  return JSON.stringify([name, loadType, load]);
}
