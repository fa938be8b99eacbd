import { join } from "node:path";
import type { HarnessPlan } from "../../../harness/plan.ts";
import type { HarnessSummary } from "../../../harness/recordFormat.ts";
import type { RequestColumns } from "../../run.ts";
import { readErrors } from "../errorLines.ts";
import { exists } from "../exists.ts";
import { NothingLeft } from "../importError.ts";
import { readPlan, readSummary } from "../json/nativeJson.ts";
import type { NativeResults } from "../nativeResults.ts";
import { stageSummaries } from "../stageSummaries.ts";
import { readItl } from "./arrivals.ts";
import { importServerMetrics } from "./llmbenchServer.ts";
import { readRequestRows } from "./requestRows.ts";

/**
 * Our own load generator's files (harness/recordFormat.ts). Memory: about 130 bytes per request; arrivals.bin is streamed.
 * @throws NothingLeft when it was ended before its first request
 */
export async function importLlmbench(native: string): Promise<NativeResults> {
  const plan = await readPlan(native);
  const summary = await readSummary(native);
  const begun = plan !== null && (summary !== null || (await exists(join(native, "requests.bin"))));
  if (begun) return withRows(native, plan, summary);
  throw new NothingLeft(
    join(native, plan === null ? "plan.json" : "requests.bin"),
    "the load generator left nothing: see its log, or collect the run again",
    plan,
    plan === null ? [] : ["the load generator was killed before it sent anything"],
  );
}

async function withRows(native: string, plan: HarnessPlan, summary: HarnessSummary | null): Promise<NativeResults> {
  const { stages } = plan;
  const rows = await readRequestRows(join(native, "requests.bin"), stages.length);
  const itl = await readItl(join(native, "arrivals.bin"), rows, stages.length);
  const errors = await readErrors(
    join(native, "errors.jsonl"),
    stages.map(({ name }) => name),
  );
  const { summaries, odd } = stageSummaries(stages, summary, rows.columns);
  const problems = [
    summary === null ? "summary.json is missing: the load generator was killed before its end" : null,
    summary?.status === "partial" ? (summary.reason ?? "stopped before its end") : null,
    rows.truncated,
    itl.truncated,
    ...odd,
  ].filter((reason) => reason !== null);
  const found = stages.map((stage, index) => ({ plan: stage, summary: summaries[index]!, reported: null }));
  return {
    harnessVersion: summary?.harnessVersion ?? null,
    startedAt: summary?.startedAt ?? null,
    // A generator that was killed wrote its summary long before its last record.
    durationSeconds: Math.max(summary?.endedMs ?? 0, lastEndMs(rows.columns)) / 1000,
    plan,
    stages: found,
    requests: rows.columns,
    itl: itl.sketches.map((counts, stage) => ({ stage, counts })),
    errors,
    problems,
    remarks: [],
    server: await importServerMetrics(native, found, rows.columns),
  };
}

function lastEndMs({ endMs }: RequestColumns): number {
  return endMs.reduce((last, ms) => (ms > last ? ms : last), 0);
}
