import type { CostCriteria } from "../../scenario/criteria.ts";
import type { Price } from "../../scenario/prices.ts";
import { scaleUnit } from "../../scenario/targetGpus.ts";
import type { Measured } from "../analysis.ts";
import type { Run } from "../run.ts";
import { recordedTarget } from "../systemIdentity.ts";

/** What is paid for, as the runs recorded it. */
export interface Deployment {
  /** null: not known. */
  readonly gpu: string | null;
  readonly gpusPerReplica: number | null;
  /** An llm-d with prefill pods is one as a whole. */
  readonly replicas: number;
  readonly price: Price | null;
  /** Of one replica's GPUs; the reason says what to set. */
  readonly usdPerReplicaHour: Measured;
}

/** Of the newest run that names hardware. A price in the stack file counts even if it was set after the run. */
export function deploymentOf(runs: readonly Run[], criteria: CostCriteria): Deployment {
  const newest = runs.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const target = newest.map(recordedTarget).find((one) => one?.gpu != null) ?? null;
  const gpu = target?.gpu?.name ?? null;
  const unit = target === null ? null : scaleUnit(target);
  const gpusPerReplica = unit?.gpus ?? null;
  const price = gpu === null ? null : (criteria.prices?.[gpu] ?? target?.price ?? null);
  const replicas = unit?.count ?? 1;
  const speed = runs.map(({ provenance }) => provenance.simulation?.speed ?? 1).find((one) => one !== 1);
  const usdPerReplicaHour = speed === undefined ? perReplica(gpu, gpusPerReplica, price) : notRealTime(speed);
  return { gpu, gpusPerReplica, replicas, price, usdPerReplicaHour };
}

/** Tokens of 20 simulated seconds in one real one would make each a twentieth of its price. */
function notRealTime(speed: number): Measured {
  const reason = `simulated time ran ${speed} times as fast as real time, and tokens per second with it; simulate at speed 1`;
  return { value: null, reason };
}

function perReplica(gpu: string | null, count: number | null, price: Price | null): Measured {
  const again = "then ./bench up or ./bench report: no run is made again";
  if (gpu === null || count === null) {
    const reason = `the runs do not say on which GPUs the engine is; declare gpu, gpuCount and prices for its target`;
    return { value: null, reason };
  }
  if (price === null)
    return { value: null, reason: `no price of ${gpu} is known; set prices.${gpu} in the stack file, ${again}` };
  return { value: price.usdPerGpuHour * count };
}
