import type { StageAnalysis } from "../analysis.ts";
import { loadNames } from "../loadName.ts";
import { ofLoads } from "./finding.ts";
import type { Finding } from "./validity.ts";

/** A window should hold this many requests of a connection, one after the other. */
const ENOUGH = 5;
/** Below it, what is measured is the beginning and the end. */
const HARDLY_ANY = 2;

export function windowFindings(stages: readonly StageAnalysis[]): Finding[] {
  const short = stages.filter((stage) => (requestsInTurn(stage) ?? ENOUGH) < ENOUGH);
  if (short.length === 0) return [];
  const least = Math.min(...short.map((stage) => requestsInTurn(stage) as number));
  const text = `the stages are short at ${loadNames(short)}: a window holds as few as ${least.toFixed(1)} requests one after the other`;
  return [ofLoads("window", least < HARDLY_ANY ? "suspect" : "note", short, text)];
}

/** Window over mean E2E; null where one of them is not known. */
function requestsInTurn({ pooled, repetitions }: StageAnalysis): number | null {
  const windowMs = (1000 * (pooled.windowSeconds ?? 0)) / repetitions.length;
  const e2e = pooled.e2eMs.mean.value;
  return e2e === null || !(windowMs > 0) || e2e === 0 ? null : windowMs / e2e;
}
