import type { Criteria } from "../scenario/criteria.ts";
import { isAlone } from "./aloneSystems.ts";
import type { Analysis, RunIdentity, StageAnalysis, StageMetrics, SystemAnalysis } from "./analysis.ts";
import { compare } from "./comparison.ts";
import { costOf } from "./cost/costOf.ts";
import { recordedCriteria } from "./criteria.ts";
import { differencesOf } from "./differences.ts";
import { mergeErrors } from "./errorCauses.ts";
import { unfairness } from "./fairness.ts";
import { harnessName, remarksOf } from "./harnessRemarks.ts";
import { interferenceOf } from "./interference/interferenceOf.ts";
import { podShares } from "./interference/podShares.ts";
import { stageMetrics } from "./metrics.ts";
import { poolReported } from "./poolReported.ts";
import { recordedVersions } from "./recordedVersions.ts";
import type { ErrorCount, Run, RunStage } from "./run.ts";
import { bottleneckOf } from "./server/bottleneck.ts";
import { poolServer } from "./server/poolServer.ts";
import type { StageServer } from "./server/serverMetrics.ts";
import { assessSlo } from "./slo/assess.ts";
import { type StageRows, stageRows } from "./stageRows.ts";
import { stageSpans } from "./stageSpans.ts";
import { onlyStarts, startsOf } from "./starts.ts";
import { declaredTargets, systemIdentity } from "./systemIdentity.ts";
import { systemName } from "./systemName.ts";
import { tailOf } from "./tail.ts";
import { steadinessOf } from "./validity/steadiness.ts";
import { validityOf } from "./validity/validity.ts";

export interface AnalyseOptions {
  readonly title: string;
  /** Name of the target that the others are compared with; the first declared one when left out. */
  readonly baseline?: string;
  /** ISO 8601; now when left out. */
  readonly createdAt?: string;
  /** Run folder relative to the folder of the report; the run id when left out. */
  readonly folderOf?: (run: Run) => string;
  /** Those that the newest run recorded, when left out. */
  readonly criteria?: Criteria;
}

/**
 * All numbers of a report from the runs of one stack. Runs of one target are its repetitions and are pooled per stage;
 * targets keep the order in which the scenario declares them.
 * @throws Error with one clear sentence: no runs, a run given twice, an unknown baseline
 */
export function analyse(runs: readonly Run[], options: AnalyseOptions): Analysis {
  if (runs.length === 0) throw new Error("there is no run to analyse; run the stack first");
  const same = (a: Run, b: Run) => a.runId === b.runId && nameOf(a) === nameOf(b);
  const twice = runs.find((run, index) => runs.findIndex((other) => same(other, run)) !== index);
  if (twice !== undefined) throw new Error(`run "${twice.runId}" is given twice; name every run folder once`);
  const bySystem = inDeclaredOrder(runs);
  const criteria = options.criteria ?? recordedCriteria(runs);
  const createdAt = options.createdAt ?? new Date().toISOString();
  const systems = [...bySystem].map(([name, own]) =>
    systemAnalysis(name, own, runs, criteria, { ...options, createdAt }),
  );
  const made = systems.map((system) => ({ system, runs: bySystem.get(system.name) as Run[] }));
  // Of targets against each other only those that were loaded alike: beside another one each is a case of its own.
  const alone = systems.filter(isAlone);
  const runsAlone = new Map([...bySystem].filter(([, [first]]) => (first?.loadedWith ?? []).length === 0));
  return {
    formatVersion: 1,
    title: options.title,
    stack: [...new Set(runs.map(({ stack }) => stack))].join(" + "),
    createdAt,
    simulated: systems.some(({ simulated }) => simulated),
    systems,
    comparison: onlyStarts({ systems })
      ? null
      : compare(alone, {
          baseline: options.baseline,
          criteria: criteria.comparison,
          differences: differencesOf(runsAlone),
        }),
    interference: interferenceOf(made, criteria.comparison),
    notes: notes(runs, runsAlone),
    criteria,
  };
}

/**
 * A target that several harnesses loaded is one system per harness: their clocks and definitions differ, so that their runs
 * are no repetitions of each other.
 */
function inDeclaredOrder(runs: readonly Run[]): Map<string, Run[]> {
  // Alone first: what was loaded beside others comes behind all of them.
  const present = new Set([...runs.filter((run) => (run.loadedWith ?? []).length === 0), ...runs].map(nameOf));
  const declared = runs.flatMap((run) => (run.system === undefined ? declaredTargets(run) : []));
  const names = [...new Set([...declared, ...present])].filter((name) => present.has(name));
  return new Map(
    names.flatMap((name): [string, Run[]][] => {
      const own = runs.filter((run) => nameOf(run) === name);
      const harnesses = [...new Set(own.map(({ harness }) => harness))];
      return harnesses.map((harness) => [
        harnesses.length === 1 ? name : `${name} (${harness})`,
        own
          .filter((run) => run.harness === harness)
          .sort((a, b) => a.repetition - b.repetition || compareText(a.runId, b.runId)),
      ]);
    }),
  );
}

const nameOf = (run: Run): string => systemName(run);

function systemAnalysis(
  name: string,
  runs: readonly Run[],
  all: readonly Run[],
  criteria: Criteria,
  options: AnalyseOptions,
): SystemAnalysis {
  const first = runs[0] as Run;
  const stages = stagesOf(runs);
  const starts = startsOf(runs);
  const slo = assessSlo(runs, stages, criteria.slo);
  const watched = runs.find(({ server }) => (server?.series.length ?? 0) > 0);
  return {
    name,
    ...((first.loadedWith ?? []).length === 0 ? {} : { loadedWith: first.loadedWith }),
    ...systemIdentity(runs.find(({ plan }) => plan !== null) ?? first),
    simulated: runs.some(({ simulated }) => simulated),
    runs: runs.map((run) => runIdentity(run, options)),
    loadType: stages[0]?.loadType ?? "concurrency",
    stages,
    validity: validityOf(runs, stages, all),
    slo,
    cost: costOf({ runs, stages, slo, criteria: criteria.cost, createdAt: options.createdAt }),
    bottleneck: bottleneckOf(stages),
    podShares: podShares(stages),
    serverSeries: watched?.server?.series ?? [],
    stageSpans: stageSpans(watched),
    assumptions: first.provenance.simulation?.assumptions ?? [],
    harness: harnessName(runs),
    remarks: remarksOf(runs),
    ...(starts.length === 0 ? {} : { starts }),
  };
}

function runIdentity(run: Run, { folderOf }: AnalyseOptions): RunIdentity {
  const { runId, repetition, status, reason, startedAt, durationSeconds } = run;
  const { importedFrom } = run.provenance.machine;
  return {
    ...{ runId, repetition, status, reason, startedAt, durationSeconds, folder: folderOf?.(run) ?? runId },
    ...recordedVersions(run),
    ...(importedFrom === undefined ? {} : { importedFrom: String(importedFrom) }),
  };
}

/** Stages of all repetitions, matched by name and load: after a change of the workload, old and new do not mix. */
function stagesOf(runs: readonly Run[]): StageAnalysis[] {
  const stages = new Map<
    string,
    {
      plan: RunStage["plan"];
      parts: StageRows[];
      repetitions: StageMetrics[];
      runIds: string[];
      taken?: string;
      server: StageServer[];
      errors: ErrorCount[];
    }
  >();
  for (const run of runs) {
    const rows = stageRows(run);
    run.stages.forEach(({ plan, reported }, index) => {
      const key = JSON.stringify([plan.name, plan.load]);
      const stage = stages.get(key) ?? { plan, parts: [], repetitions: [], runIds: [], server: [], errors: [] };
      stages.set(key, stage);
      const part = rows[index];
      if (part !== undefined) stage.parts.push(part);
      // A harness may have lost the rows of one stage and kept those of its neighbours.
      const metrics = part === undefined ? reported : stageMetrics([part]);
      if (metrics !== null) {
        stage.repetitions.push(metrics);
        stage.runIds.push(run.runId);
        if (part === undefined) stage.taken = run.harness;
      }
      const server = run.server?.stages[index];
      if (server) stage.server.push(server);
      stage.errors.push(...run.errors.filter((error) => error.stage === index));
    });
  }
  return [...stages.values()].map(({ plan: { name, load }, parts, repetitions, runIds, taken, server, errors }) => {
    return {
      name,
      loadType: load.type,
      load: load.type === "concurrency" ? load.concurrency : load.requestsPerSecond,
      repetitions,
      runIds,
      ...(taken === undefined ? {} : { taken }),
      // Without rows there is nothing to pool: percentiles of percentiles are none.
      pooled:
        repetitions.length === 1
          ? repetitions[0]!
          : parts.length < repetitions.length
            ? poolReported(repetitions)
            : stageMetrics(parts),
      steadiness: steadinessOf(parts),
      server: poolServer(server),
      tail: tailOf(parts),
      errors: mergeErrors(errors).map(({ outcome, message, count }) => ({ outcome, message, count })),
    };
  });
}

function notes(runs: readonly Run[], bySystem: ReadonlyMap<string, readonly Run[]>): string[] {
  const speeds = new Set(
    runs.flatMap(({ provenance }) => (provenance.simulation === null ? [] : [provenance.simulation.speed])),
  );
  const simulated = runs.some((run) => run.simulated);
  return [
    ...(simulated
      ? [
          "SIMULATED: the engine is a model of one, on a machine without its GPU; its numbers say how the model behaves.",
        ]
      : []),
    ...[...speeds]
      .filter((speed) => speed !== 1)
      .map((speed) => `Simulated time ran ${speed} times as fast as real time.`),
    ...unfairness(bySystem),
  ];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
