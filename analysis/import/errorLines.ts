import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { type Outcome, outcomes } from "../../harness/recordFormat.ts";
import { causeKey, mostFrequent } from "../errorCauses.ts";
import type { ErrorCount } from "../run.ts";
import { exists } from "./exists.ts";

/** Distinct causes held while reading; a server that puts a random id into each message must not fill the memory. */
const MAX_CAUSES = 10_000;

/**
 * Counts errors.jsonl by stage, outcome and cause. A last line that is cut off is left out; so is the warm-up.
 * A missing file means that nothing failed or that it was not copied: the rows tell the counts either way.
 */
export async function readErrors(file: string, stageNames: readonly string[]): Promise<ErrorCount[]> {
  if (!(await exists(file))) return [];
  const causes = new Map<string, { -readonly [K in keyof ErrorCount]: ErrorCount[K] }>();
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const entry = parse(line, stageNames);
    if (entry === null) continue;
    const key = `${entry.stage} ${causeKey(entry)}`;
    const seen = causes.get(key);
    if (seen !== undefined) seen.count++;
    else if (causes.size < MAX_CAUSES) causes.set(key, { ...entry, count: 1 });
  }
  return mostFrequent([...causes.values()], ({ stage, outcome }) => `${stage} ${outcome}`);
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
