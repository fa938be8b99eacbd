import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import type { Started } from "../../engine/checkout.ts";
import { testCore } from "./cluster.ts";
import type { ClusterCheckout } from "./clusterCheckout.ts";
import { harnesses, objectsOf } from "./objectsOf.ts";

/**
 * Waits until a load generator of the checkout sends the load of a stage, as its own log says: what `up` shows is thinned
 * out where there is no terminal. Returns the pod's name.
 */
export async function runUnderWay(checkout: ClusterCheckout, up: Started): Promise<string> {
  let over = false;
  void up.ended.then(() => {
    over = true;
  });
  for (const deadline = Date.now() + 180_000; !over && Date.now() < deadline; await sleep(300)) {
    const pods = await objectsOf<V1Pod>(checkout, "pods", harnesses);
    const pod = pods.find(({ status }) => status?.containerStatuses?.some(({ state }) => state?.running));
    const name = pod?.metadata?.name;
    if (name === undefined) continue;
    const container = String(pod?.spec?.containers[0]?.name);
    const log = await testCore().readNamespacedPodLog({ namespace: checkout.namespace, name, container, tailLines: 1 });
    if (log.includes('"phase":"stage"')) return name;
  }
  const { code, stdout, stderr } = over ? await up.ended : { code: "no end", stdout: "", stderr: "" };
  throw new Error(`no run was under way (${code}): ${stderr}${stdout}`);
}
