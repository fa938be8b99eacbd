import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { textOf, valueAt } from "../json/looseJson.ts";

/**
 * The clock of the rows has no date. Since 0.7.0 the tool also leaves a Benchmark Report per stage, which has one.
 * @returns ISO 8601, or null
 */
export function startOf(native: string): string | null {
  try {
    const text = readFileSync(join(native, "inference-perf.partial.stage_0.yaml"), "utf8");
    const start = valueAt(load(text), "run", "time", "start");
    const date = start instanceof Date ? start : new Date(textOf(start) ?? Number.NaN);
    return Number.isNaN(date.getTime()) ? null : date.toISOString();
  } catch {
    return null;
  }
}
