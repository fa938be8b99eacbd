import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { type Outcome, outcomes } from "../../harness/recordFormat.ts";
import type { ErrorCount } from "../run.ts";
import { exists } from "./exists.ts";
import { FailureCauses } from "./failureCauses.ts";

/**
 * Counts errors.jsonl by stage, outcome and cause. A last line that is cut off is left out; so is the warm-up.
 * A missing file means that nothing failed or that it was not copied: the rows tell the counts either way.
 */
export async function readErrors(file: string, stageNames: readonly string[]): Promise<ErrorCount[]> {
  if (!(await exists(file))) return [];
  const causes = new FailureCauses();
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const entry = parse(line, stageNames);
    if (entry !== null) causes.add(entry.stage, entry);
  }
  return causes.counts;
}

function parse(line: string, stageNames: readonly string[]): Omit<ErrorCount, "count"> | null {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  // The stage is its index, or its name.
  const stage = typeof value.stage === "string" ? stageNames.indexOf(value.stage) : Number(value.stage);
  const outcome = value.outcome as Outcome;
  if (!(stage >= 0 && stage < stageNames.length) || !outcomes.includes(outcome)) return null;
  return { stage, outcome, status: Number(value.status) || 0, message: String(value.message ?? "") };
}
