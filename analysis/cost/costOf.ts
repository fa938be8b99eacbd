import type { CostCriteria } from "../../scenario/criteria.ts";
import type { Measured, StageAnalysis } from "../analysis.ts";
import type { Run } from "../run.ts";
import type { SloAssessment } from "../slo/sloAssessment.ts";
import type { CostAnalysis, StageCost } from "./costAnalysis.ts";
import { costNotes } from "./costNotes.ts";
import { deploymentOf } from "./deployment.ts";
import { capacityOf, costAtLoad, replicaCurve } from "./replicaCost.ts";
import { NO_OBJECTIVE, product, stageCost } from "./stageCost.ts";

export interface CostArgs {
  readonly runs: readonly Run[];
  readonly stages: readonly StageAnalysis[];
  readonly slo: SloAssessment | null;
  readonly criteria: CostCriteria;
  /** Of the analysis, ISO 8601; a price's age is not judged without it. */
  readonly createdAt?: string | undefined;
}

export function costOf({ runs, stages, slo, criteria, createdAt }: CostArgs): CostAnalysis {
  const deployment = deploymentOf(runs, criteria);
  const { price, gpusPerReplica, replicas, usdPerReplicaHour } = deployment;
  const { extraUsdPerHour, requestsPerSecond, pue } = criteria;
  const usdPerHour = product(usdPerReplicaHour, { value: replicas }, (each, count) => each * count + extraUsdPerHour);
  const costs = stages.map((stage, index) => stageCost({ stage, index, usdPerHour, slo, pue }));
  const fleet = { capacity: capacityOf(stages, slo, deployment), usdPerReplicaHour, extraUsdPerHour };
  return {
    price,
    gpus: gpusPerReplica === null ? null : gpusPerReplica * replicas,
    usdPerHour,
    stages: costs,
    atSlo: cheapest(costs, slo, usdPerHour),
    atLoad: requestsPerSecond === null ? null : costAtLoad(requestsPerSecond, fleet),
    replicaCurve: replicaCurve(fleet, requestsPerSecond),
    notes: costNotes({ runs, deployment, criteria, createdAt: createdAt ?? null }),
  };
}

/** Among the loads that meet every objective; beyond the first that fails none counts, as in the largest load. */
function cheapest(costs: readonly StageCost[], slo: SloAssessment | null, usdPerHour: Measured): CostAnalysis["atSlo"] {
  const none = (reason: string) => ({ load: null, usdPerMillionGoodOutputTokens: { value: null, reason } });
  if (slo === null) return none(NO_OBJECTIVE);
  const { largestLoad } = slo;
  const most = "passes" in largestLoad ? largestLoad.passes : Number.NEGATIVE_INFINITY;
  const passing = costs.filter((_, i) => {
    const stage = slo.stages[i];
    return stage?.verdict === "pass" && stage.load <= most;
  });
  const [first] = passing;
  if (first === undefined) return none("no load that was measured is known to meet every objective");
  if (usdPerHour.value === null) return { load: null, usdPerMillionGoodOutputTokens: usdPerHour };
  const price = ({ usdPerMillionGoodOutputTokens: { value } }: StageCost) => value ?? Number.POSITIVE_INFINITY;
  const best = passing.reduce((a, b) => (price(b) < price(a) ? b : a), first);
  return { load: best.load, usdPerMillionGoodOutputTokens: best.usdPerMillionGoodOutputTokens };
}
