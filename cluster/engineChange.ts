import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./connection.ts";
import { type EnginePods, runningContainers } from "./enginePods.ts";
import { isStatus } from "./noAnswer.ts";

/**
 * null: the pods that were ready before a run are still there and have not restarted. Otherwise a sentence: an engine
 * that was replaced or restarted while it was measured answered part of the load from a cold start.
 */
export async function engineChange(
  { core }: Cluster,
  namespace: string,
  before: EnginePods | null,
): Promise<string | null> {
  for (const { name, role, uid, containers } of before ?? []) {
    const pod = role === "engine" ? `the engine's pod ${name}` : `the ${role} pod ${name}`;
    let now: V1Pod | null;
    try {
      now = await core.readNamespacedPod({ namespace, name });
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
      now = null;
    }
    if (now?.metadata?.uid !== uid || now.metadata.deletionTimestamp !== undefined)
      return `${pod} was replaced during the run`;
    const restarts = runningContainers(now).reduce((sum, { restartCount }) => sum + restartCount, 0);
    if (restarts > containers.reduce((sum, { restartCount }) => sum + restartCount, 0))
      return `${pod} restarted during the run`;
  }
  return null;
}
