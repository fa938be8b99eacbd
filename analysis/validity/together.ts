import type { Measured, StageAnalysis } from "../analysis.ts";
import { stageOverlap } from "../interference/overlap.ts";
import { loadNames } from "../loadName.ts";
import type { Run } from "../run.ts";
import { ofLoads, percentText } from "./finding.ts";
import type { Finding } from "./validity.ts";

/** Below it, part of what is called together was measured alone. */
const ENOUGH = 0.9;
/** Below it, most of it was. */
const HARDLY_ANY = 0.5;

/** Did the loads that this system was measured beside really run meanwhile? @param all runs of the analysis */
export function togetherFindings(
  runs: readonly Run[],
  stages: readonly StageAnalysis[],
  all: readonly Run[],
): Finding[] {
  if (runs.every(({ loadedWith = [] }) => loadedWith.length === 0)) return [];
  const others = [...new Set(runs.flatMap(({ loadedWith = [] }) => loadedWith))].join(" and ");
  const found = stages.map((stage) => ({ stage, shares: sharesOf(stage, runs, all) }));
  const known = found.flatMap(({ stage, shares }) => {
    const values = shares.flatMap(({ value }) => value ?? []);
    return values.length === 0 ? [] : [{ stage, share: Math.min(...values) }];
  });
  const short = known.filter(({ share }) => share < ENOUGH);
  const unknown = found.flatMap(({ stage, shares }) => {
    const missing = shares.find(({ value }) => value === null);
    return missing === undefined || missing.value !== null ? [] : [{ stage, reason: missing.reason }];
  });
  const findings: Finding[] = [];
  if (short.length > 0) {
    const least = Math.min(...short.map(({ share }) => share));
    const where = short.map(({ stage }) => stage);
    const text = `${others} had the same load for as little as ${percentText(least)} of the window at ${loadNames(where)}: the rest is measured alone; stages of a fixed time overlap`;
    findings.push(ofLoads("together", least < HARDLY_ANY ? "invalid" : "suspect", where, text));
  }
  if (unknown.length > 0) {
    const where = unknown.map(({ stage }) => stage);
    const text = `whether ${others} had the same load meanwhile is not known at ${loadNames(where)}: ${unknown[0]!.reason}`;
    findings.push(ofLoads("together", "suspect", where, text));
  }
  return findings;
}

function sharesOf({ name }: StageAnalysis, runs: readonly Run[], all: readonly Run[]): Measured[] {
  return runs.flatMap((run) =>
    run.stages.filter(({ plan }) => plan.name === name).map((stage) => stageOverlap(run, stage, all)),
  );
}
