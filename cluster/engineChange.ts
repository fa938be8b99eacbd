import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./connection.ts";
import { isStatus } from "./noAnswer.ts";
import type { EnginePods } from "./waitForEngine.ts";

/**
 * null: the pods that were ready before a run are still there and have not restarted. Otherwise a sentence: an engine
 * that was replaced or restarted while it was measured answered part of the load from a cold start.
 */
export async function engineChange(
  { core }: Cluster,
  namespace: string,
  before: EnginePods | null,
): Promise<string | null> {
  for (const { name, uid, containers } of before ?? []) {
    let now: V1Pod | null;
    try {
      now = await core.readNamespacedPod({ namespace, name });
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
      now = null;
    }
    if (now?.metadata?.uid !== uid || now.metadata.deletionTimestamp !== undefined)
      return `the engine's pod ${name} was replaced during the run`;
    const restarts = now.status?.containerStatuses?.reduce((sum, { restartCount }) => sum + restartCount, 0) ?? 0;
    if (restarts > containers.reduce((sum, { restartCount }) => sum + restartCount, 0))
      return `the engine's pod ${name} restarted during the run`;
  }
  return null;
}
