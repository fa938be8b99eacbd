import type { StageAnalysis } from "../analysis.ts";
import { loadNames } from "../loadName.ts";
import type { Run } from "../run.ts";
import { ofLoads, ofSystem } from "./finding.ts";
import type { Finding } from "./validity.ts";

/** An engine that began again answered part of the load cold, and none of it for a while. */
export function restartFindings(runs: readonly Run[], stages: readonly StageAnalysis[]): Finding[] {
  const reset = stages.filter(({ server }) => (server?.resets ?? 0) > 0);
  return [
    ...(reset.length === 0
      ? []
      : [
          ofLoads(
            "restarts",
            "invalid",
            reset,
            `the engine restarted at ${loadNames(reset)}: its counters began again while it was measured`,
          ),
        ]),
    ...runs.flatMap(restartOf),
  ];
}

/** A run that measured nothing (nop reads one start of several) has nothing to lose. */
function restartOf({ runId, reason, engineRestarts, stages }: Run): Finding[] {
  if (stages.length === 0) return [];
  const seen = engineRestarts ?? [];
  // Of runs that kept the sentence only; the cluster's own words of a container that it starts again and again.
  const told =
    reason === null ? null : /the engine's pod [^;]*? (?:was replaced|restarted) during the run/.exec(reason);
  const text = seen[0] ?? told?.[0];
  if (text === undefined) return [];
  return [ofSystem("restarts", "invalid", `${text} (run ${runId}): part of the load met a cold engine, or none`)];
}
