import type { Importer, NativeResults } from "../nativeResults.ts";
import { assignedRows } from "./inferencePerfAssignment.ts";
import { remarksOf } from "./inferencePerfRemarks.ts";
import { benchmarkSeconds, reportedMetrics } from "./inferencePerfReported.ts";
import type { RowsRead } from "./inferencePerfRows.ts";
import { importPrometheus } from "./inferencePerfServer.ts";
import { type FoundStage, findFiles, foundStages, readConfig } from "./inferencePerfStages.ts";
import { startOf } from "./inferencePerfStart.ts";
import { stageWindow, windowWithoutRows } from "./inferencePerfWindows.ts";

/**
 * Files of kubernetes-sigs/inference-perf: stage_<n>_lifecycle_metrics.json (what it computed), per_request_lifecycle_metrics.json (rows)
 * and config.yaml (what was asked for). Read with files of 0.2 or 0.3, 0.6.1 and 0.7.0; shapes of 0.4 and 0.5 from their sources.
 *
 * @throws ImportError; a file that ends too early, rows without times and stages that stopped early are told in `problems`
 */
export const importInferencePerf: Importer = async (native) => {
  const files = await findFiles(native);
  const { config, problem } = readConfig(files.config);
  const stages = foundStages(files, config);
  const assigned = files.rows === null ? null : await assignedRows(files.rows, stages);
  const read = assigned?.read ?? null;
  const rows = read === null || read.rows.length === 0 ? null : read;
  const results = rows === null ? withoutRows(stages) : withRows(stages, rows);
  const missing =
    files.rows === null ? ["per_request_lifecycle_metrics.json is missing: there are no request rows"] : [];
  const problems = [problem, ...missing, ...(assigned?.problems ?? []), ...shortStages(stages)];
  return {
    harnessVersion: null,
    startedAt: startOf(native),
    ...results,
    problems: problems.filter((one) => one !== null),
    remarks: remarksOf(stages, config, rows),
    server: importPrometheus(stages.map(({ id }) => files.prometheus.get(id) ?? null)),
  };
};

type Results = Omit<NativeResults, "harnessVersion" | "startedAt" | "problems" | "remarks">;

function withRows(stages: readonly FoundStage[], { rows, itl, errors }: RowsRead): Results {
  const closed = new Set(stages.flatMap(({ plan }, i) => (plan.load.type === "concurrency" ? [i] : [])));
  const requests = rows.finish(rows.firstMs, closed);
  return {
    durationSeconds: requests.endMs.reduce((last, ms) => (ms > last ? ms : last), 0) / 1000,
    stages: stages.map((stage, i) => ({
      plan: stage.plan,
      summary: stageWindow(stage, requests, i),
      reported: stage.report === null ? null : reportedMetrics(stage.report),
    })),
    requests,
    itl: itl.map((counts, stage) => ({ stage, counts })),
    errors,
  };
}

/** Without rows nothing tells when a stage began, so they are laid end to end. */
function withoutRows(stages: readonly FoundStage[]): Results {
  let startMs = 0;
  const laid = stages.map(({ plan, report }) => {
    const reported = report === null ? null : reportedMetrics(report);
    const seconds = report === null ? 0 : benchmarkSeconds(report);
    const summary = windowWithoutRows(plan.name, report, reported, startMs, Number.isNaN(seconds) ? 0 : seconds);
    startMs = summary.drainedMs;
    return { plan, summary, reported };
  });
  return { durationSeconds: startMs / 1000, stages: laid, requests: null, itl: [], errors: [] };
}

/** The tool ends a stage early at SIGINT, at a circuit breaker and when a worker dies, and says so in its log only. */
function shortStages(stages: readonly FoundStage[]): string[] {
  return stages.flatMap(({ plan, planned, sent, report }) => {
    if (report === null) return [`stage "${plan.name}" has no report: it was not reached, or its file was not copied`];
    if (planned < 0 || sent < 0 || sent >= planned) return [];
    return [`stage "${plan.name}" sent ${sent} of ${planned} requests: it was stopped early, see the log`];
  });
}
