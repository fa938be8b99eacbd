import type { CostCriteria } from "../../scenario/criteria.ts";
import type { Run } from "../run.ts";
import type { Deployment } from "./deployment.ts";

/** Prices of GPUs moved by factors within two years: older than this, one is a memory. */
const OLD_DAYS = 90;
const DAY_MS = 86_400_000;

export interface CostNotesArgs {
  readonly runs: readonly Run[];
  readonly deployment: Deployment;
  readonly criteria: CostCriteria;
  /** ISO 8601, of the analysis; null: the price's age is not judged. */
  readonly createdAt: string | null;
}

/** What a reader must know before quoting a cost; nothing where none is computed. */
export function costNotes({ runs, deployment, criteria, createdAt }: CostNotesArgs): string[] {
  const { gpu, price, replicas } = deployment;
  if (deployment.usdPerReplicaHour.value === null || price === null) return [];
  const age = createdAt === null ? 0 : Math.floor((Date.parse(createdAt) - Date.parse(price.asOf)) / DAY_MS);
  return [
    ...(runs.some(({ simulated }) => simulated)
      ? [`SIMULATED: no ${gpu} was used; this is what it would cost if it behaved like the model of it.`]
      : []),
    ...(age > OLD_DAYS
      ? [`The price of ${gpu} is ${age} days old (${price.asOf}, ${price.source}); set prices.${gpu} to today's.`]
      : []),
    ...(criteria.extraUsdPerHour === 0
      ? ["GPU machines only: gateway, volumes and load balancer are not in it (cost.extraUsdPerHour)."]
      : []),
    ...(replicas > 1
      ? [`Costs at other loads take for granted that each of ${replicas} replicas carries an equal share.`]
      : []),
  ];
}
