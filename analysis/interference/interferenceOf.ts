import type { ComparisonCriteria } from "../../scenario/criteria.ts";
import type { ComparedMetric, Measured, StageAnalysis, SystemAnalysis } from "../analysis.ts";
import { metricsFor } from "../comparison/comparedMetrics.ts";
import { comparedRows } from "../comparison.ts";
import type { Run } from "../run.ts";
import { groupShares } from "./groupShares.ts";
import {
  type InterferedStage,
  type InterferedSystem,
  type Interference,
  type InterferenceRow,
  interferenceVerdicts,
} from "./interference.ts";
import { stageOverlap } from "./overlap.ts";
import { interferenceSentence } from "./sentence.ts";

/** What a neighbour can cost: work done, the wait for an answer and its tail, and the pace of its tokens. */
const interfered: readonly ComparedMetric[] = [
  "outputTokensPerSecond",
  "ttftP50Ms",
  "ttftP95Ms",
  "tpotP50Ms",
  "tpotP95Ms",
];

/** A system, and the runs that it was made of. */
export interface MadeSystem {
  readonly system: SystemAnalysis;
  readonly runs: readonly Run[];
}

/** Every target that was loaded beside others, against itself alone. null: none was. */
export function interferenceOf(made: readonly MadeSystem[], criteria: ComparisonCriteria): Interference | null {
  const together = made.filter(({ system }) => (system.loadedWith ?? []).length > 0);
  if (together.length === 0) return null;
  const allRuns = made.flatMap(({ runs }) => runs);
  return {
    systems: together.map((one) => interferedSystem(one, made, allRuns, criteria)),
    groups: groupShares(together),
  };
}

function interferedSystem(
  { system, runs }: MadeSystem,
  made: readonly MadeSystem[],
  allRuns: readonly Run[],
  criteria: ComparisonCriteria,
): InterferedSystem {
  const { target, stack, harness } = runs[0] as Run;
  const alone =
    made.find(
      ({ system: other, runs: [first] }) =>
        (other.loadedWith ?? []).length === 0 &&
        first?.target === target &&
        first.stack === stack &&
        first.harness === harness,
    )?.system ?? null;
  const compared = alone === null ? { rows: [], leftOut: [] } : rowsOf(system, alone, criteria);
  const { loadedWith = [] } = system;
  const known = { system: system.name, alone: alone?.name ?? null, target, loadedWith, ...compared };
  return {
    ...known,
    stages: system.stages.map((stage) => interferedStage(stage, alone, runs, allRuns)),
    sentence: interferenceSentence(known),
  };
}

/** The one that the comparison of the scenario rests on, where it is one of these; else work done. */
function rowsOf(
  system: SystemAnalysis,
  alone: SystemAnalysis,
  criteria: ComparisonCriteria,
): Pick<InterferedSystem, "rows" | "leftOut"> {
  const primary = interfered.includes(criteria.primary) ? criteria.primary : "outputTokensPerSecond";
  const metrics = metricsFor({ ...criteria, primary }).filter(({ key }) => interfered.includes(key));
  const { rows, leftOut } = comparedRows(system, alone, metrics, primary);
  return {
    rows: rows.map(
      ({ candidate: _, verdict, ...row }): InterferenceRow => ({
        ...row,
        verdict: interferenceVerdicts[verdict],
      }),
    ),
    leftOut,
  };
}

function interferedStage(
  stage: StageAnalysis,
  alone: SystemAnalysis | null,
  runs: readonly Run[],
  allRuns: readonly Run[],
): InterferedStage {
  const { name, loadType, load, pooled } = stage;
  const twin = alone?.stages.find((other) => other.loadType === loadType && other.load === load);
  const overlaps = runs.flatMap((run) =>
    run.stages.filter(({ plan }) => plan.name === name).map((each) => stageOverlap(run, each, allRuns)),
  );
  return {
    loadType,
    load,
    overlap: smallest(overlaps),
    failuresAlone: twin?.pooled.failureRate ?? { value: null, reason: "it was not loaded so alone" },
    failuresTogether: pooled.failureRate,
  };
}

/** One repetition of which it is not known hides nothing of the others. */
function smallest(shares: readonly Measured[]): Measured {
  const known = shares.flatMap(({ value }) => value ?? []);
  return known.length > 0
    ? { value: Math.min(...known) }
    : (shares[0] ?? { value: null, reason: "no run has this load" });
}
