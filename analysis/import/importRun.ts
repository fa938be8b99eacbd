import { join } from "node:path";
import type { HarnessName } from "../../scenario/scenario.ts";
import type { Manifest, Run } from "../run.ts";
import { importAiperf } from "./aiperf/aiperf.ts";
import { answeredBySimulator, undeclaredSimulation } from "./answeredBySimulator.ts";
import { importBenchmarkReport } from "./benchmarkReport/benchmarkReport.ts";
import { distinctStages } from "./distinctStages.ts";
import { engineRestarts, type Span } from "./engineRestarts.ts";
import { importFmperf } from "./fmperf/fmperf.ts";
import { importGuidellm } from "./guidellm/guidellm.ts";
import { ImportError, NothingLeft } from "./importError.ts";
import { importInferencePerf } from "./inferencePerf/inferencePerf.ts";
import { readManifest } from "./json/nativeJson.ts";
import { importLlmbench } from "./llmbench/llmbench.ts";
import type { Importer, NativeResults } from "./nativeResults.ts";
import { importNop } from "./nop.ts";
import { importVllmBenchmark } from "./vllmBenchmark/vllmBenchmark.ts";

/** What the native files do not tell: who ran what, and how it ended. A manifest holds all of it. */
export type RunOrigin = Pick<
  Manifest,
  "runId" | "stack" | "target" | "repetition" | "harness" | "simulated" | "provenance"
> &
  Partial<Pick<Manifest, "status" | "reason" | "loadedWith" | "group">> & {
    readonly startedAt?: Manifest["startedAt"] | null;
  };

/** Benchmark Reports are what llm-d-benchmark makes of the files of any harness. */
const importers: Readonly<Record<HarnessName | "benchmark-report", Importer>> = {
  llmbench: importLlmbench,
  "inference-perf": importInferencePerf,
  guidellm: importGuidellm,
  fmperf: importFmperf,
  "vllm-benchmark": importVllmBenchmark,
  aiperf: importAiperf,
  nop: importNop,
  "benchmark-report": importBenchmarkReport,
};

/** Harnesses whose files can be read. */
export const importable = Object.keys(importers);

/** @throws ImportError for a harness that nobody here knows @param where for the message: who names it */
export function importerOf(harness: string, where: string): Importer {
  if (Object.hasOwn(importers, harness)) return importers[harness as keyof typeof importers];
  const known = importable.join(", ");
  throw new ImportError(where, `harness "${harness}" is not one whose files can be read`, `allowed: ${known}`);
}

/**
 * Reads a run folder: `manifest.json` and, in `results/`, the native files of whichever harness made it.
 *
 * A run that was cut short is returned as "partial" with every whole record; one that failed before its first request
 * has no stages and `requests` null.
 * @param origin stands in for manifest.json where that is not written yet
 * @throws ImportError naming the file, what is wrong with it and what to do
 */
export async function importRun(folder: string, origin?: RunOrigin): Promise<Run> {
  const file = join(folder, "manifest.json");
  const manifest = origin ?? (await readManifest(folder));
  if (manifest === null)
    throw new ImportError(file, "is missing", "this is no run folder, or its run has not ended yet");
  const native = join(folder, "results");
  const results = await read(importerOf(manifest.harness, file), native, manifest);
  const { plan = null, startup = null } = results;
  if (plan !== null && plan.runId !== manifest.runId) {
    const problem = `belongs to run "${plan.runId}", but the folder is of run "${manifest.runId}"`;
    throw new ImportError(join(native, "plan.json"), problem, "collect the run again into an empty folder");
  }
  const { requests, itl, errors, remarks, failuresUnknown = null, server = null } = results;
  const stages = distinctStages(results.stages);
  const told = { plan, stages, requests, itl, errors, remarks, startup, failuresUnknown, server };
  const known = await identity(manifest, native, results);
  return { ...known, ...told, engineRestarts: await engineRestarts(folder, loadSpan(known.startedAt, results)) };
}

/** An engine that began before the first stage was waited for: only what came later met a cold one. */
function loadSpan(startedAt: string, { stages }: NativeResults): Span {
  const start = Date.parse(startedAt);
  const first = Math.min(...stages.map(({ summary }) => summary.startMs));
  return { fromMs: start + first, toMs: start + Math.max(...stages.map(({ summary }) => summary.drainedMs)) };
}

/** A run that did not end well and left nothing to read is still one that was made: its reason stands in the report. */
async function read(importer: Importer, native: string, manifest: RunOrigin): Promise<NativeResults> {
  try {
    return await importer(native);
  } catch (error) {
    if (!(error instanceof ImportError) || manifest.status === "complete") throw error;
    const nothing = error instanceof NothingLeft ? error : null;
    // Our own files are written so that a killed run can be read: a damaged one is no consequence of how the run ended.
    if (manifest.harness === "llmbench" && nothing === null) throw error;
    if (manifest.status === undefined && (nothing === null || nothing.plan === null)) throw error;
    const plan = nothing?.plan ?? null;
    const problems = nothing === null ? [`its results cannot be read: ${error.message}`] : nothing.problems;
    return { ...empty, plan, problems };
  }
}

const empty: NativeResults = {
  harnessVersion: null,
  startedAt: null,
  durationSeconds: 0,
  stages: [],
  requests: null,
  itl: [],
  errors: [],
  problems: [],
  remarks: [],
};

type Identity = Omit<
  Run,
  "plan" | "stages" | "requests" | "itl" | "errors" | "remarks" | "startup" | "failuresUnknown" | "engineRestarts"
>;

async function identity(manifest: RunOrigin, native: string, results: NativeResults): Promise<Identity> {
  const { problems, harnessVersion, startedAt, durationSeconds } = results;
  const told = manifest.status ?? "complete";
  const all = [manifest.reason ?? null, ...problems].filter((reason) => reason !== null);
  // The manifest often repeats what the generator said.
  const reasons = all.filter(
    (reason, i) => !all.some((other, j) => other.includes(reason) && (other !== reason || j < i)),
  );
  // Whoever answered knows better than the scenario whether it is simulated.
  const simulator = await answeredBySimulator(native);
  const { provenance } = manifest;
  const simulation = provenance.simulation ?? (simulator && undeclaredSimulation(simulator));
  return {
    runId: manifest.runId,
    stack: manifest.stack,
    target: manifest.target,
    repetition: manifest.repetition,
    ...(manifest.group === undefined ? {} : { loadedWith: manifest.loadedWith ?? [], group: manifest.group }),
    harness: manifest.harness,
    harnessVersion,
    simulated: manifest.simulated || simulator !== null || results.simulated === true,
    status: told === "complete" && problems.length > 0 ? "partial" : told,
    reason: reasons.length > 0 ? reasons.join("; ") : null,
    startedAt: startedAt ?? manifest.startedAt ?? "unknown",
    harnessClock: startedAt !== null,
    durationSeconds,
    provenance: { ...provenance, simulation },
  };
}
