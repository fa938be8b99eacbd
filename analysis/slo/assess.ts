import type { Slo } from "../../scenario/criteria.ts";
import type { StageAnalysis } from "../analysis.ts";
import type { Run } from "../run.ts";
import type { SloAssessment } from "./sloAssessment.ts";

export function assessSlo(
  _runs: readonly Run[],
  _stages: readonly StageAnalysis[],
  _slo: Slo | null,
): SloAssessment | null {
  return null;
}
