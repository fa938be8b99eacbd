import { basename } from "node:path";
import { outcomes } from "../../../harness/recordFormat.ts";
import type { RunStage } from "../../run.ts";
import { collectAgain, ImportError } from "../importError.ts";
import { textOf, valueAt } from "../json/looseJson.ts";
import { load01, load02, type ReportedLoad } from "./benchmarkReportLoad.ts";
import { aggregate01, aggregate02, type Counts, countsOf, reportedMetrics } from "./benchmarkReportMetrics.ts";
import { type ReportTime, time01, time02 } from "./benchmarkReportTime.ts";

/** One document: one stage of a run. */
export interface ReadReport extends ReportTime {
  readonly file: string;
  /** `run.eid`; null: the report does not tell. */
  readonly experiment: string | null;
  /** What served, as JSON to compare by; null: the report does not tell. */
  readonly stack: string | null;
  /** null: neither the report nor its file name tells. */
  readonly toldStage: number | null;
  readonly loadName: string;
  readonly stageNumber: number;
  readonly harnessVersion: string | null;
  /** Who wrote what, in a sentence. */
  readonly origin: string;
  readonly problems: readonly string[];
  readonly remarks: readonly string[];
  /** As our own reports say in their description. */
  readonly simulated: boolean;
  /** @param startMs of the stage from the run's start */
  stage(startMs: number, endMs: number): RunStage;
}

const versions = ["0.1", "0.2", "0.2.1"] as const;

/** @throws ImportError for what is no Benchmark Report, or one of a version that nobody here knows */
export function readReport(file: string, document: unknown): ReadReport {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new ImportError(file, "does not hold a Benchmark Report", collectAgain);
  }
  const told = valueAt(document, "version");
  // YAML without quotes makes a number of it.
  const version = versions.find((known) => known === String(told));
  if (version === undefined) {
    const problem = `version ${JSON.stringify(told) ?? "is missing"}`;
    throw new ImportError(file, problem, `allowed: ${versions.join(", ")}; convert it with llmd-benchmark-report`);
  }
  const old = version === "0.1";
  const fileStage = stageOfName(file);
  const aggregate = old ? aggregate01(document) : aggregate02(document);
  const counts = aggregate === null ? null : countsOf(aggregate.requests);
  if (typeof counts === "string") throw new ImportError(file, counts, collectAgain);
  const sent = counts?.sent ?? 0;
  const load = old ? load01(document, sent, fileStage) : load02(document, sent);
  const time = old ? time01(document) : time02(document);
  const problems: string[] = [];
  const problem = (text: string) => problems.push(`${basename(file)}: ${text}`);
  if (counts === null) problem("holds no performance of requests");
  else if (counts.failed === null)
    problem("does not say how many requests failed, so all that ended are counted as ok");
  const by = load.tool === null ? "a harness that it does not name" : load.tool;
  // nop measures the engine's startup; version 0.1 made its converter fill in zeros for what it does not measure.
  const placeholders = load.tool === "nop";
  const metrics =
    aggregate === null || counts === null || placeholders
      ? null
      : reportedMetrics(aggregate, counts, time.seconds, problem);
  return {
    ...time,
    file,
    experiment: textOf(valueAt(document, "run", "eid")),
    stack: stackOf(document),
    toldStage: load.stage ?? fileStage,
    loadName: load.name,
    stageNumber: load.stage ?? fileStage ?? 0,
    harnessVersion: load.toolVersion === "unknown" ? null : load.toolVersion,
    origin: `from a Benchmark Report ${version} of a run by ${by}${load.toolVersion === null ? "" : ` ${load.toolVersion}`}`,
    problems,
    remarks: remarksOf(load, counts, placeholders),
    simulated: textOf(valueAt(document, "run", "description"))?.startsWith("SIMULATED") ?? false,
    stage: (startMs, endMs) => ({
      plan: { name: load.name, load: load.load, stop: { requests: Math.max(1, sent) } },
      summary: {
        name: load.name,
        status: metrics === null ? "skipped" : "complete",
        startMs,
        endMs,
        drainedMs: endMs,
        sent,
        outcomes: counts?.outcomes ?? nothing,
        client: null,
        gapCv: null,
      },
      reported: metrics,
    }),
  };
}

function remarksOf({ name, load }: ReportedLoad, counts: Counts | null, placeholders: boolean): string[] {
  return [
    ...(placeholders ? ["nop sends no requests: the numbers of its report stand for nothing and are left out"] : []),
    ...(name === "load not recorded"
      ? ["the report does not say which load it was: the number of requests stands in its place"]
      : []),
    ...(load.type === "concurrency"
      ? []
      : ["a Benchmark Report does not say how requests arrived: every rate is shown as constant"]),
    ...(counts !== null && counts.outcomes.streamError > 0
      ? ["a Benchmark Report holds no causes of failures: all of them are counted as errors of the stream"]
      : []),
  ];
}

/** Of 0.2: by what is standardized, since the native part may hold times and ids. */
function stackOf(document: unknown): string | null {
  const stack = valueAt(document, "scenario", "stack");
  return Array.isArray(stack) ? JSON.stringify(stack.map((part) => valueAt(part, "standardized"))) : null;
}

const nothing = Object.fromEntries(outcomes.map((name) => [name, 0])) as Counts["outcomes"];

function stageOfName(file: string): number | null {
  const found = /stage_(\d{1,6})/.exec(basename(file));
  return found === null ? null : Number(found[1]);
}
