import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { engineWorkloads, type StandingWorkload } from "./engineWorkloads.ts";
import { isStatus } from "./noAnswer.ts";
import { podsOf } from "./observe.ts";
import { refusal } from "./outage.ts";

/** An engine has 30 s to end; a node's kubelet may be slow to say so. */
const endSeconds = 120;

/**
 * Removes engines of this stack that the scenario does not have any more, e.g. after a change of the model, and waits
 * until they have left their GPUs. The Pulumi engine deletes what is no longer declared only after the program has
 * ended, and the program waits for the new engine, which may wait for just these GPUs: neither would ever end. What is
 * deleted here is found missing there, which is no error.
 */
export async function removeOtherEngines(
  cluster: Cluster,
  namespace: string,
  stack: string,
  keep: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  try {
    const others = (await engineWorkloads(cluster, namespace, stack)).filter(({ name }) => !keep.includes(name));
    for (const { apiVersion, kind, name } of others) {
      say(`removing the engine ${name}, which is not needed any more`);
      const object = { apiVersion, kind, metadata: { name, namespace } };
      await cluster.objects.delete(object, undefined, undefined, undefined, undefined, "Background").catch(unlessGone);
    }
    for (const workload of others) await untilGone(cluster, namespace, workload);
  } catch (error) {
    throw refusal(error, `looking for earlier engines in namespace ${namespace}`);
  }
}

async function untilGone(cluster: Cluster, namespace: string, { name, selector }: StandingWorkload): Promise<void> {
  const deadline = Date.now() + endSeconds * 1000;
  for (;;) {
    const [pod] = await podsOf(cluster, namespace, selector);
    if (pod === undefined) return;
    if (Date.now() > deadline) {
      throw new ClusterError(
        `pod ${pod.metadata?.name} of the earlier engine ${name} does not end (${endSeconds} s) and holds its GPU`,
        `look at its node ${pod.spec?.nodeName ?? ""}; if that is gone: kubectl delete pod --force -n ${namespace} ${pod.metadata?.name}`,
      );
    }
    await sleep(1000);
  }
}

function unlessGone(error: unknown): void {
  if (!isStatus(error, 404)) throw error;
}
