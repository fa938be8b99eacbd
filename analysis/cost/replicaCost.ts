import type { Measured, StageAnalysis } from "../analysis.ts";
import type { SloAssessment } from "../slo/sloAssessment.ts";
import type { AtLoad, ReplicaCost } from "./costAnalysis.ts";
import type { Deployment } from "./deployment.ts";
import { NO_OBJECTIVE, product, usdPerMillion } from "./stageCost.ts";

/** What one replica may carry: the largest measured load that meets every objective, shared evenly among the replicas. */
export interface Capacity {
  readonly requestsPerSecond: Measured;
  /** Mean of an answer at that load. */
  readonly outputTokens: Measured;
}

export function capacityOf(
  stages: readonly StageAnalysis[],
  slo: SloAssessment | null,
  { replicas }: Deployment,
): Capacity {
  const none = (reason: string): Capacity => {
    return { requestsPerSecond: { value: null, reason }, outputTokens: { value: null, reason } };
  };
  if (slo === null) return none(`what a replica may carry is not known: ${NO_OBJECTIVE}`);
  if (!("passes" in slo.largestLoad)) return none("no load that was measured is known to meet every objective");
  const { passes } = slo.largestLoad;
  const index = slo.stages.findIndex(({ load, verdict }) => load === passes && verdict === "pass");
  const pooled = stages[index]?.pooled;
  if (pooled === undefined) return none("no load that was measured is known to meet every objective");
  return {
    requestsPerSecond: product(pooled.requestsPerSecond, { value: replicas }, (rate, count) => rate / count),
    outputTokens: pooled.outputTokens.mean,
  };
}

export interface Fleet {
  readonly capacity: Capacity;
  readonly usdPerReplicaHour: Measured;
  readonly extraUsdPerHour: number;
}

/** Whole replicas: a load a hair above what one carries needs two, and pays for both. */
export function costAtLoad(requestsPerSecond: number, { capacity, usdPerReplicaHour, extraUsdPerHour }: Fleet): AtLoad {
  const replicas = product({ value: requestsPerSecond }, capacity.requestsPerSecond, replicasFor);
  const usdPerHour = product(replicas, usdPerReplicaHour, (count, usd) => count * usd + extraUsdPerHour);
  const tokens = product({ value: requestsPerSecond }, capacity.outputTokens, (rate, length) => rate * length);
  return { requestsPerSecond, replicas, usdPerHour, usdPerMillionOutputTokens: usdPerMillion(usdPerHour, tokens) };
}

/** 30 over 10 may come out as 3.0000000000000004, and a fourth replica with it. */
function replicasFor(load: number, each: number): number {
  return Math.max(1, Math.ceil(load / each - 1e-9));
}

const STEPS = 240;

/** The saw-tooth over three replicas, or over twice the load that was named; each step begins where the last one ends. */
export function replicaCurve(fleet: Fleet, namedLoad: number | null): ReplicaCost[] {
  const each = fleet.capacity.requestsPerSecond.value;
  if (each === null || each <= 0) return [];
  const count = Math.max(3, namedLoad === null ? 0 : replicasFor(2 * namedLoad, each));
  const points = Math.max(2, Math.floor(STEPS / count));
  const curve: ReplicaCost[] = [];
  for (let replicas = 1; replicas <= count; replicas++) {
    for (let i = replicas === 1 ? 1 : 0; i <= points; i++) {
      const requestsPerSecond = each * (replicas - 1 + i / points);
      const usd = product(
        fleet.usdPerReplicaHour,
        { value: replicas },
        (one, all) => one * all + fleet.extraUsdPerHour,
      );
      const tokens = product(
        { value: requestsPerSecond },
        fleet.capacity.outputTokens,
        (rate, length) => rate * length,
      );
      const { value } = usdPerMillion(usd, tokens);
      if (value !== null) curve.push({ requestsPerSecond, replicas, usdPerMillionOutputTokens: value });
    }
  }
  return curve;
}
