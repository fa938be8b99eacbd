import type { StageMetrics } from "../analysis.ts";
import { failuresUnknown } from "../failures.ts";
import { stageMetrics } from "../metrics.ts";
import type { Run, RunStage } from "../run.ts";
import { stageRows } from "../stageRows.ts";
import type { Startup } from "../startup/startup.ts";
import type { ReportComponent, ReportDocument, ReportResults, ReportRun } from "./reportDocument.ts";
import { reportLoad } from "./reportLoad.ts";
import { reportStack } from "./reportStack.ts";
import { reportResults } from "./reportStatistics.ts";
import { uuid5 } from "./uuid5.ts";

export interface StageReport {
  /** `stage_<n>_<name>`, or `run` for a run that left no stage; part of a file name. */
  readonly name: string;
  readonly document: ReportDocument;
}

/**
 * One Benchmark Report 0.2.1 per stage of the run. What is not known is left out, never 0, and the description says why a
 * whole part is missing. A run without a stage gives one report that says so and holds no results.
 */
export function benchmarkReports(run: Run): StageReport[] {
  const stack = reportStack(run);
  const ofStack = stack.length === 0 ? {} : { stack };
  if (run.stages.length === 0) {
    const scenario = stack.length === 0 ? {} : { scenario: ofStack };
    const startup = run.startup ?? null;
    const missing = [
      startup === null
        ? "no stage ran, so there are no results"
        : "nothing was sent: how the engine started was measured",
    ];
    return [
      {
        name: "run",
        document: {
          version: "0.2.1",
          run: runPart(run, null, missing),
          ...scenario,
          results: startup === null ? {} : startResults(startup),
        },
      },
    ];
  }
  const rows = stageRows(run);
  return run.stages.map((stage, index) => {
    const part = rows[index];
    const metrics = part === undefined ? stage.reported : stageMetrics([part]);
    const load = reportLoad(run, index, metrics);
    const unknown = metrics === null ? null : failuresUnknown(metrics);
    const missing = [
      ...(unknown === null ? [] : [`how many requests failed is not known (${unknown})`]),
      ...(metrics === null ? ["the stage did not run, or its harness left no numbers"] : []),
      ...(load === null
        ? [`its load (by ${run.harness} ${run.harnessVersion ?? "of unknown version"}) has no known input length`]
        : []),
    ];
    const scenario = { ...ofStack, ...(load === null ? {} : { load }) };
    return {
      name: `stage_${index}_${fileName(stage.plan.name)}`,
      document: {
        version: "0.2.1",
        run: runPart(run, { stage, index, metrics, fromRows: part !== undefined }, missing),
        ...(Object.keys(scenario).length === 0 ? {} : { scenario }),
        results: metrics === null ? {} : reportResults(metrics, ofOneEngine(stack), imagesOf(run)),
      },
    };
  });
}

/** What requests say of a cache is said of no component where two roles had a part in each of them. */
function ofOneEngine(stack: readonly ReportComponent[]): string | null {
  return stack.length === 1 ? stack[0]!.metadata.label : null;
}

/** The pod's own clock; the phases of the log have no place in this format. */
function startResults({ pod, model }: Startup): ReportResults {
  if (!pod.name) return {};
  const created = pod.createdAt ?? null;
  const seconds =
    created === null || pod.readyAt === null ? -1 : (Date.parse(pod.readyAt) - Date.parse(created)) / 1000;
  const info = {
    name: pod.name,
    ...(model === null ? {} : { model }),
    ...(created === null ? {} : { creation_timestamp: created }),
    ...(pod.readyAt === null ? {} : { ready_timestamp: pod.readyAt }),
    ...(seconds >= 0 ? { startup_seconds: seconds } : {}),
  };
  return { observability: { pod_startup_times: { pods: [info] } } };
}

function imagesOf({ plan }: Run): number | null {
  return plan?.data.type === "synthetic" ? (plan.data.images?.count ?? null) : null;
}

interface StagePart {
  readonly stage: RunStage;
  readonly index: number;
  readonly metrics: StageMetrics | null;
  readonly fromRows: boolean;
}

/** Ids are made from names, so that a report written again is the same report. */
function runPart(run: Run, part: StagePart | null, missing: readonly string[]): ReportRun {
  const cluster = clusterOf(run);
  const time = timeOf(run, part?.stage ?? null);
  return {
    uid: uuid5("url", `${run.stack}/${run.runId}/${part === null ? "run" : part.index}`),
    // Repetitions of one target are one experiment: their run ids differ in the last part only.
    eid: uuid5("url", run.runId.replace(/-r\d+(-a\d+)?$/, "")),
    ...(cluster.id === null ? {} : { cid: uuid5("dns", cluster.id) }),
    ...(time === null ? {} : { time }),
    ...(cluster.namespace === null ? {} : { user: `namespace=${cluster.namespace}` }),
    description: [
      `${run.simulated ? "SIMULATED: " : ""}${run.stack}, run ${run.runId}, repetition ${run.repetition}`,
      ...(part === null ? [] : [`stage ${part.stage.plan.name}`]),
      ...(run.status === "complete" ? [] : [`${run.status}: ${run.reason ?? "no reason was recorded"}`]),
      ...missing,
      ...(part?.metrics == null
        ? []
        : [
            part.fromRows
              ? "statistics computed by LLM Bench from request rows"
              : `statistics as ${run.harness} computed them`,
          ]),
      ...run.remarks,
    ].join("; "),
    keywords: [
      ...(run.simulated ? ["simulated"] : []),
      run.stack,
      run.target,
      run.harness,
      `repetition-${run.repetition}`,
      run.status,
    ],
  };
}

/** Of a harness that keeps no wall clock only the duration is known: our clock counts the start of its process too. */
function timeOf(run: Run, stage: RunStage | null): Time | null {
  const [from, to] = stage === null ? [0, 1000 * run.durationSeconds] : [stage.summary.startMs, stage.summary.endMs];
  if (stage?.summary.status === "skipped") return null;
  const duration = to > from ? { duration: `PT${Number(((to - from) / 1000).toFixed(3))}S` } : null;
  const startedMs = run.harnessClock === false ? Number.NaN : Date.parse(run.startedAt);
  const start = iso(startedMs + from);
  const end = iso(startedMs + to);
  if (start === null) return duration;
  return duration === null || end === null ? { start } : { start, end, ...duration };
}

type Time = NonNullable<ReportRun["time"]>;

/** null for what is no date, or one beyond those that a Date can hold. */
function iso(ms: number): string | null {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}

/** llm-d-benchmark hashes the API server's certificate, which no record of ours holds: its address, or the context's name. */
function clusterOf({ provenance: { scenario, machine } }: Run): { id: string | null; namespace: string | null } {
  const cluster =
    typeof scenario === "object" && scenario !== null && "cluster" in scenario
      ? (scenario.cluster as { readonly host?: unknown; readonly namespace?: unknown } | null)
      : null;
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
  return {
    id: text(cluster?.host) ?? text(machine.cluster),
    namespace: text(cluster?.namespace),
  };
}

/** Stage names come from profiles of all kinds: nothing of a path or a shell may be left in them. */
function fileName(stage: string): string {
  return stage.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 60) || "unnamed";
}
