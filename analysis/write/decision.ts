import type { Measured, StageAnalysis, SystemAnalysis } from "../analysis.ts";
import { loadName } from "../loadName.ts";
import type { Validity } from "../validity/validity.ts";
import { passingStage } from "./objectives.ts";

/** Word and glyph: never told by colour alone. */
export const validityMark: Readonly<Record<Validity["verdict"], string>> = {
  valid: "✓ VALID",
  suspect: "◆ SUSPECT",
  invalid: "✗ INVALID",
};

const NO_LOAD = "no measured load is known to meet the objectives";
const none = (reason: string): Measured => ({ value: null, reason });

/** Requests/s at the largest load within the objectives. */
export function goodputWithin(system: SystemAnalysis): Measured {
  const index = passingStage(system);
  return index === null ? none(NO_LOAD) : (system.slo?.stages[index]?.goodRequestsPerSecond ?? none(NO_LOAD));
}

/** $ per million output tokens. */
export interface TokenPrice {
  readonly measured: Measured;
  /** What it is the price of, and where, e.g. "good tokens, at concurrency 8"; "" where there is none. */
  readonly where: string;
}

/** Within the objectives where there are some, else at the cheapest load: without limits the cheapest is the most crowded. */
export function tokenPrice({ slo, cost, stages }: SystemAnalysis): TokenPrice {
  const at = (what: string, stage: StageAnalysis | undefined) =>
    stage === undefined ? "" : `${what}, at ${loadName(stage)}`;
  if (slo !== null) {
    const { load, usdPerMillionGoodOutputTokens: measured } = cost.atSlo;
    const index = slo.stages.findIndex((stage) => stage.load === load && stage.verdict === "pass");
    return { measured, where: measured.value === null ? "" : at("good tokens", stages[index]) };
  }
  const known = cost.stages.flatMap(({ usdPerMillionOutputTokens: { value } }, index) =>
    value === null ? [] : [{ index, value }],
  );
  if (known.length === 0) {
    const { usdPerHour } = cost;
    return { measured: usdPerHour.value === null ? usdPerHour : none("no output tokens were measured"), where: "" };
  }
  const best = known.reduce((a, b) => (b.value < a.value ? b : a));
  return { measured: { value: best.value }, where: at("the cheapest", stages[best.index]) };
}
