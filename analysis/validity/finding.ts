import type { StageAnalysis } from "../analysis.ts";
import type { Check, Finding } from "./validity.ts";

/** About the system as a whole. */
export function ofSystem(check: Check, severity: Finding["severity"], text: string): Finding {
  return { check, severity, loads: [], text };
}

/** Said once for all loads that it concerns. */
export function ofLoads(
  check: Check,
  severity: Finding["severity"],
  stages: readonly Pick<StageAnalysis, "load">[],
  text: string,
): Finding {
  return { check, severity, loads: stages.map(({ load }) => load), text };
}

export function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
