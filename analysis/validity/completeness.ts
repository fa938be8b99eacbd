import type { StageAnalysis } from "../analysis.ts";
import { loadNames } from "../loadName.ts";
import type { Run } from "../run.ts";
import { ofLoads, ofSystem } from "./finding.ts";
import type { Finding } from "./validity.ts";

/** Did everything run that was to run? */
export function completenessFindings(runs: readonly Run[], stages: readonly StageAnalysis[]): Finding[] {
  const broken = runs.filter(({ status }) => status !== "complete").map((run) => runFinding(run, runs));
  const absent = stages.filter(({ repetitions }) => repetitions.length === 0);
  // Of runs that were cut off it is said already.
  const whole = runs.filter(({ status }) => status === "complete").length;
  const rare = stages.filter(({ repetitions }) => repetitions.length > 0 && repetitions.length < whole);
  return [
    ...broken,
    ...(broken.length === 0 ? nothingMeasured(runs, stages) : []),
    ...(absent.length === 0 ? [] : [ofLoads("completeness", "suspect", absent, `${loadNames(absent)}: did not run`)]),
    ...(rare.length === 0 ? [] : [inFewRepetitions(rare, whole)]),
  ];
}

function inFewRepetitions(stages: readonly StageAnalysis[], whole: number): Finding {
  const fewest = Math.min(...stages.map(({ repetitions }) => repetitions.length));
  const text = `${loadNames(stages)}: not in all of the ${whole} repetitions, but in as few as ${fewest}`;
  return ofLoads("completeness", "suspect", stages, text);
}

/** A failed repetition among good ones takes nothing from these; on its own there is nothing else to read. */
function runFinding({ runId, status, reason }: Run, runs: readonly Run[]): Finding {
  const others = runs.some((run) => run.status !== "failed");
  const severity = status === "failed" && !others ? "invalid" : "suspect";
  return ofSystem("completeness", severity, `run ${runId} is ${status}: ${reason ?? "no reason was recorded"}`);
}

/** Harness nop sends nothing, and is to send nothing. */
function nothingMeasured(runs: readonly Run[], stages: readonly StageAnalysis[]): Finding[] {
  if (runs.some(({ startup }) => startup) || stages.some(({ repetitions }) => repetitions.length > 0)) return [];
  return [ofSystem("completeness", "invalid", "nothing was measured: not one stage ran")];
}
