import type { StageAnalysis } from "../analysis.ts";
import { loadName, loadNames } from "../loadName.ts";
import { ofLoads } from "./finding.ts";
import type { Finding, Steadiness } from "./validity.ts";

/** Were the stages' numbers those of a system at rest in itself, or of one that was on its way? */
export function steadyStateFindings(stages: readonly StageAnalysis[]): Finding[] {
  const ran = stages.filter(({ repetitions }) => repetitions.length > 0);
  const of = (verdict: Steadiness["verdict"]) => ran.filter(({ steadiness }) => steadiness.verdict === verdict);
  const [drifting, saturated, unknown] = [of("drifting"), of("saturated"), of("unknown")];
  const findings: Finding[] = [];
  if (drifting.length > 0)
    findings.push(
      ofLoads("steadyState", "suspect", drifting, `not steady at ${loadNames(drifting)}: ${why(drifting)}`),
    );
  if (saturated.length > 0) {
    // A sweep is meant to go past what the system can take; only where it never was below is there nothing else.
    const text = `more than the system can take at ${loadNames(saturated)}: ${why(saturated)}; latencies there grow with the length of the stage`;
    findings.push(ofLoads("steadyState", saturated.length === ran.length ? "suspect" : "note", saturated, text));
  }
  if (unknown.length > 0) {
    const text = `whether it was steady is not known at ${loadNames(unknown)}: ${why(unknown)}`;
    findings.push(ofLoads("steadyState", "note", unknown, text));
  }
  return findings;
}

function why(stages: readonly StageAnalysis[]): string {
  const [first] = stages as [StageAnalysis];
  const { reason } = first.steadiness;
  return stages.every(({ steadiness }) => steadiness.reason === reason) ? reason : `${reason} at ${loadName(first)}`;
}
