import { join } from "node:path";
import type { HarnessPlan } from "../../harness/plan.ts";
import type { HarnessSummary, SimulatorMark } from "../../harness/recordFormat.ts";
import type { Manifest, RequestColumns, Run } from "../run.ts";
import { answeredBySimulator, undeclaredSimulation } from "./answeredBySimulator.ts";
import { readItl } from "./arrivals.ts";
import { readErrors } from "./errorLines.ts";
import { exists } from "./exists.ts";
import { ImportError } from "./importError.ts";
import { readManifest, readPlan, readSummary } from "./nativeJson.ts";
import { readRequestRows } from "./requestRows.ts";
import { stageSummaries } from "./stageSummaries.ts";

/** What the native files do not tell: who ran what, and how it ended. A manifest holds all of it. */
export type RunOrigin = Pick<
  Manifest,
  "runId" | "stack" | "target" | "repetition" | "harness" | "simulated" | "provenance"
> &
  Partial<Pick<Manifest, "status" | "reason" | "startedAt">>;

/**
 * Reads a run folder: `manifest.json` and, in `results/`, the load generator's native files.
 *
 * Memory: about 130 bytes per request; arrivals.bin is streamed. A run that was cut short is returned as "partial" with
 * every whole record; one that failed before its first request has no stages and `requests` null.
 * @param origin stands in for manifest.json where that is not written yet
 * @throws ImportError naming the file, what is wrong with it and what to do
 */
export async function importRun(folder: string, origin?: RunOrigin): Promise<Run> {
  const manifest = origin ?? (await readManifest(folder));
  if (manifest === null) {
    throw new ImportError(
      join(folder, "manifest.json"),
      "is missing",
      "this is no run folder, or its run has not ended yet",
    );
  }
  const native = join(folder, "results");
  const plan = await readPlan(native);
  if (plan !== null && plan.runId !== manifest.runId) {
    const problem = `belongs to run "${plan.runId}", but the folder is of run "${manifest.runId}"`;
    throw new ImportError(join(native, "plan.json"), problem, "collect the run again into an empty folder");
  }
  const summary = await readSummary(native);
  const told = withAnswer(manifest, await answeredBySimulator(native));
  const begun = plan !== null && (summary !== null || (await exists(join(native, "requests.bin"))));
  if (begun) return withRows(told, native, plan, summary);
  if (manifest.status === "complete" || (plan === null && manifest.status === undefined)) {
    throw new ImportError(
      join(native, plan === null ? "plan.json" : "requests.bin"),
      "is missing",
      "the load generator left nothing: see its log, or collect the run again",
    );
  }
  const reasons = plan === null ? [] : ["the load generator was killed before it sent anything"];
  return { ...identity(told, summary, reasons, 0), plan, stages: [], requests: null, itl: [], errors: [] };
}

/** Whoever answered knows better than the scenario whether it is simulated. */
function withAnswer(manifest: RunOrigin, simulator: SimulatorMark | null): RunOrigin {
  if (simulator === null) return manifest;
  const { provenance } = manifest;
  const simulation = provenance.simulation ?? undeclaredSimulation(simulator);
  return { ...manifest, simulated: true, provenance: { ...provenance, simulation } };
}

async function withRows(
  manifest: RunOrigin,
  native: string,
  plan: HarnessPlan,
  summary: HarnessSummary | null,
): Promise<Run> {
  const { stages } = plan;
  const rows = await readRequestRows(join(native, "requests.bin"), stages.length);
  const itl = await readItl(join(native, "arrivals.bin"), rows, stages.length);
  const errors = await readErrors(
    join(native, "errors.jsonl"),
    stages.map(({ name }) => name),
  );
  const { summaries, odd } = stageSummaries(stages, summary, rows.columns);
  const cutShort = [
    summary === null ? "summary.json is missing: the load generator was killed before its end" : null,
    summary?.status === "partial" ? (summary.reason ?? "stopped before its end") : null,
    rows.truncated,
    itl.truncated,
    ...odd,
  ].filter((reason) => reason !== null);
  return {
    ...identity(manifest, summary, cutShort, lastEndMs(rows.columns)),
    plan,
    stages: stages.map((stage, index) => ({ plan: stage, summary: summaries[index]!, reported: null })),
    requests: rows.columns,
    itl: itl.sketches.map((counts, stage) => ({ stage, counts })),
    errors,
  };
}

type Identity = Omit<Run, "plan" | "stages" | "requests" | "itl" | "errors">;

/** @param lastEndMs of the rows: a generator that was killed wrote its summary long before its last record */
function identity(
  manifest: RunOrigin,
  summary: HarnessSummary | null,
  cutShort: readonly string[],
  lastEndMs: number,
): Identity {
  const told = manifest.status ?? "complete";
  const all = [manifest.reason ?? null, ...cutShort].filter((reason) => reason !== null);
  // The manifest often repeats what the generator said.
  const reasons = all.filter(
    (reason, i) => !all.some((other, j) => other.includes(reason) && (other !== reason || j < i)),
  );
  return {
    runId: manifest.runId,
    stack: manifest.stack,
    target: manifest.target,
    repetition: manifest.repetition,
    harness: manifest.harness,
    harnessVersion: summary?.harnessVersion ?? null,
    simulated: manifest.simulated,
    status: told === "complete" && cutShort.length > 0 ? "partial" : told,
    reason: reasons.length > 0 ? reasons.join("; ") : null,
    startedAt: summary?.startedAt ?? manifest.startedAt ?? "unknown",
    durationSeconds: Math.max(summary?.endedMs ?? 0, lastEndMs) / 1000,
    provenance: manifest.provenance,
    remarks: [],
  };
}

function lastEndMs({ endMs }: RequestColumns): number {
  return endMs.reduce((last, ms) => (ms > last ? ms : last), 0);
}
