import type { Manifest } from "../analysis/run.ts";
import type { ClusterError } from "../cluster/clusterError.ts";
import type { RunEnd } from "../cluster/waitForRun.ts";

/** What else is known: whether the engine stayed what it was, and what the load generator said of itself. */
export interface Remarks {
  readonly engine: string | null;
  readonly harness: string | null;
  /** Of a harness that is not ours: whether it left results; null: ours, whose exit code tells. */
  readonly left: boolean | null;
}

/** Status of a run on a cluster, from how its Job ended, whether its files came home, and whether its engine stayed up. */
export function runEnding(
  end: RunEnd,
  copyError: ClusterError | null,
  { engine, harness, left }: Remarks,
): { status: Manifest["status"]; reason: string | null } {
  const job = end.outcome === "succeeded" ? null : (harness ?? lastWords(end) ?? `the run ended: ${end.outcome}`);
  const reasons = [engine, job].filter((part) => part !== null);
  // Without files there is nothing to analyse, whatever the Job said.
  if (copyError !== null) {
    const copy = `no results: ${copyError.message}; ${copyError.next}`;
    return { status: "failed", reason: [...reasons, copy].join("; ") };
  }
  if (left === false) {
    const nothing = reasons.length > 0 ? reasons.join("; ") : "the load generator ended well and left no results";
    return { status: "failed", reason: nothing };
  }
  if (reasons.length === 0) return { status: "complete", reason: null };
  const nothingMeasured = left === null && end.exitCode !== null && failures.includes(end.exitCode);
  return { status: nothingMeasured ? "failed" : "partial", reason: reasons.join("; ") };
}

/** Exit codes of the load generator with which there is nothing to analyse: see `harness/main.ts --help`. */
const failures = [1, 2, 4, 5, 6];

/** The load generator's own last line says more than the exit code that the Job saw. */
function lastWords({ log, exitCode, reason }: RunEnd): string | null {
  const said = log.split("\n").findLast((line) => line.trim() !== "" && !line.startsWith("{"));
  return exitCode !== null && exitCode !== 0 && said !== undefined ? said.trim() : reason;
}
