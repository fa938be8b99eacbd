import type { StageAnalysis } from "../analysis.ts";
import { loadNames } from "../loadName.ts";
import { missedFloor, percentiles, sampleFloor } from "../percentile.ts";
import type { Run } from "../run.ts";
import { ofLoads, ofSystem } from "./finding.ts";
import type { Finding } from "./validity.ts";

const tails = ["p90", "p95", "p99"] as const;

/** Which percentiles are withheld, and what they need; counted by E2E, which every successful request has. */
export function sampleFindings(runs: readonly Run[], stages: readonly StageAnalysis[]): Finding[] {
  const few = stages.filter((stage) => withheld(stage, "p50"));
  const more = tails
    .map((name) => ({ name, stages: stages.filter((stage) => withheld(stage, name)) }))
    .filter((tail) => tail.stages.length > 0);
  return [
    ...(few.length === 0 ? [] : [tooFew(few)]),
    ...(more.length === 0 ? [] : [tailsWithheld(more, stages)]),
    ...withoutRows(runs),
  ];
}

function withheld({ pooled }: StageAnalysis, name: keyof typeof percentiles): boolean {
  const measured = pooled.e2eMs[name];
  return measured.value === null && missedFloor(measured.reason) !== null;
}

/** Not even a middle value: such a load says next to nothing. */
function tooFew(stages: readonly StageAnalysis[]): Finding {
  const least = Math.min(...stages.map(({ pooled }) => pooled.e2eMs.n ?? 0));
  const text =
    `too few requests at ${loadNames(stages)}: as few as ${least} succeeded, ` +
    `and even p50 needs ${sampleFloor(percentiles.p50)}`;
  return ofLoads("samples", "suspect", stages, text);
}

/** Nothing wrong is printed, so it is a note; a short run is a fair way to begin. */
function tailsWithheld(
  found: readonly { readonly name: (typeof tails)[number]; readonly stages: readonly StageAnalysis[] }[],
  all: readonly StageAnalysis[],
): Finding {
  const parts = found.map(
    ({ name, stages }) => `${name} (needs ${sampleFloor(percentiles[name])} requests) at ${loadNames(stages)}`,
  );
  const concerned = all.filter((stage) => found.some(({ stages }) => stages.includes(stage)));
  return ofLoads("samples", "note", concerned, `percentiles are withheld: ${parts.join("; ")}`);
}

/** Numbers that a harness computed itself: nobody can count its samples, cut its ramp, or see its trend. */
function withoutRows(runs: readonly Run[]): Finding[] {
  const reported = runs.filter(
    ({ requests, stages }) => requests === null && stages.some((stage) => stage.reported !== null),
  );
  if (reported.length === 0) return [];
  const names = [...new Set(reported.map(({ harness }) => harness))].join(", ");
  const text = `there are no request rows: the numbers are taken from ${names} as they are; samples, trends and bounds cannot be checked`;
  return [ofSystem("samples", "suspect", text)];
}
