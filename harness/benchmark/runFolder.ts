import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HarnessPlan } from "../plan.ts";
import { offsets, RECORD_BYTES, WARMUP_STAGE } from "../recordFormat.ts";
import { type RunResult, runPlan } from "../run.ts";
import { readVarints } from "../varint.ts";

/** Runs the plan in this process, in a folder that is gone afterwards. */
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

/** The same by the command line, in a process of its own. @throws Error unless it ends with exit code 0 */
export async function generateInTemporaryFolder<T>(plan: HarnessPlan, use: (folder: string) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), "llm-bench-"));
  try {
    const planFile = join(parent, "plan.json");
    const folder = join(parent, "run");
    await writeFile(planFile, JSON.stringify(plan));
    const main = join(import.meta.dirname, "..", "main.ts");
    const child = spawn(process.execPath, [main, "--plan", planFile, "--out", folder, "--progress", "none"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const code = await new Promise((resolve) => child.once("exit", resolve));
    if (code !== 0) throw new Error(`the generator ended with exit code ${code}`);
    return await use(folder);
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
