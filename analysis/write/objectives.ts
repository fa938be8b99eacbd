import type { SystemAnalysis } from "../analysis.ts";
import { numberText, percentText } from "../figures/numberText.ts";
import { loadName } from "../loadName.ts";
import type { LargestLoad, SloAssessment, SloTarget, SloVerdict } from "../slo/sloAssessment.ts";

const names: Readonly<Record<SloTarget["metric"], string>> = {
  ttftMs: "TTFT",
  tpotMs: "TPOT",
  itlMs: "ITL",
  e2eMs: "E2E",
  requestsPerSecond: "Requests/s",
  outputTokensPerSecond: "Output tokens/s",
  failureRate: "Failed requests",
};

/** Never told by colour alone. */
export const sloVerdictText: Readonly<Record<SloVerdict, string>> = {
  pass: "✓ PASS",
  fail: "✗ FAIL",
  unsure: "? UNSURE",
};

/** "TTFT p95". */
export const targetName = (target: SloTarget): string =>
  "percentile" in target ? `${names[target.metric]} ${target.percentile}` : names[target.metric];

/** A value of this target's metric with its unit: "412 ms", "1.0 %". */
export function targetValue({ metric }: SloTarget, value: number): string {
  if (metric === "failureRate") return percentText(value);
  if (metric.endsWith("Ms")) return `${numberText(value)} ms`;
  return numberText(value);
}

/** "≤ 500 ms": latencies and failures have an upper limit, rates a lower one. */
export const limitText = (target: SloTarget): string =>
  `${target.metric === "requestsPerSecond" || target.metric === "outputTokensPerSecond" ? "≥" : "≤"} ${targetValue(target, target.limit)}`;

/** "TTFT p95 ≤ 500 ms". */
export const objectiveText = (target: SloTarget): string => `${targetName(target)} ${limitText(target)}`;

/** The interval in which the largest load within the objectives lies, in words; never beyond what was measured. */
export function largestLoadText(largest: LargestLoad): string {
  switch (largest.kind) {
    case "between":
      return `${loadName({ loadType: largest.loadType, load: largest.passes })} passes, ${largest.fails} fails`;
    case "atLeast":
      return `at least ${loadName({ loadType: largest.loadType, load: largest.passes })}: ${largest.undecided ? "those above are not decided" : "the highest measured still passes"}`;
    case "below":
      return `below ${loadName({ loadType: largest.loadType, load: largest.fails })}: ${largest.undecided ? "those below are not decided" : "the lowest measured fails already"}`;
    case "unknown":
      return `not known: ${largest.reason}`;
  }
}

/** Stages that decide, by index: the largest load that passes and the smallest above it that fails; else the first one. */
export function decidingStages({ largestLoad, stages }: SloAssessment): number[] {
  // A load that was run twice fails as soon as one of its stages does: the other one would show a pass under it.
  const wanted = [
    ...("passes" in largestLoad ? [{ load: largestLoad.passes, verdict: "pass" }] : []),
    ...("fails" in largestLoad ? [{ load: largestLoad.fails, verdict: "fail" }] : []),
  ];
  const found = wanted
    .map(({ load, verdict }) => stages.findIndex((stage) => stage.load === load && stage.verdict === verdict))
    .filter((index) => index >= 0);
  return found.length > 0 || stages.length === 0 ? found : [0];
}

/** Index of the largest load within the objectives; null: none is known. */
export function passingStage({ slo }: Pick<SystemAnalysis, "slo">): number | null {
  if (slo === null || !("passes" in slo.largestLoad)) return null;
  const { passes } = slo.largestLoad;
  const index = slo.stages.findIndex(({ load }) => load === passes);
  return index < 0 ? null : index;
}

/** What to do where none were set; one line, since not everybody has limits. */
export const noObjectives =
  "No objectives were set, so nothing here says which load is acceptable. Set slo in the stack's configuration, e.g. an upper limit of TTFT p95 in ms: the runs that are there are judged by it, none is made again.";
