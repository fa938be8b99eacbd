import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HarnessPlan } from "../plan.ts";
import { offsets, RECORD_BYTES, WARMUP_STAGE } from "../recordFormat.ts";
import { type RunResult, runPlan } from "../run.ts";
import { readVarints } from "../varint.ts";

/** Runs the plan in a folder that is gone afterwards. */
export async function runInTemporaryFolder<T>(
  plan: HarnessPlan,
  use: (result: RunResult, folder: string) => Promise<T>,
): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), "llm-bench-"));
  try {
    const folder = join(parent, "run");
    return await use(await runPlan(plan, folder), folder);
  } finally {
    await rm(parent, { recursive: true });
  }
}

/** TTFT per request, warm-up left out, and all gaps between token events, in ms, from the files. */
export async function readLatencies(folder: string): Promise<{ ttftMs: number[]; itlMs: number[] }> {
  const records = await readFile(join(folder, "requests.bin"));
  const arrivals = await readFile(join(folder, "arrivals.bin"));
  const ttftMs: number[] = [];
  const itlMs: number[] = [];
  for (let at = 0; at < records.length; at += RECORD_BYTES) {
    if (records.readUInt16LE(at + offsets.stage) === WARMUP_STAGE) continue;
    ttftMs.push(records.readDoubleLE(at + offsets.firstTokenMs) - records.readDoubleLE(at + offsets.sentMs));
    const start = records.readDoubleLE(at + offsets.arrivalsOffset);
    const bytes = arrivals.subarray(start, start + records.readUInt32LE(at + offsets.arrivalsBytes));
    for (const us of readVarints(bytes).slice(1)) itlMs.push(us / 1000);
  }
  return { ttftMs, itlMs };
}
