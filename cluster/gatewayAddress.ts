import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { complaintOf, type Gateway, readGateway } from "./gateway.ts";
import { refusal, throughOutage } from "./outage.ts";

export interface AddressWait {
  readonly deadlineSeconds: number;
  readonly signal: AbortSignal;
  /** Told about once a second. */
  readonly onWait: (detail: string) => void;
}

const outageSeconds = 60;

/** The host or address that a Gateway's provider gave it: a load balancer of a cloud takes a minute or two. */
export async function gatewayAddress(
  cluster: Cluster,
  namespace: string,
  name: string,
  { deadlineSeconds, signal, onWait }: AddressWait,
): Promise<string> {
  const deadline = Date.now() + deadlineSeconds * 1000;
  const outage = { signal, patienceSeconds: outageSeconds, say: onWait };
  for (;;) {
    const gateway = await throughOutage(cluster.identity, outage, () => readGateway(cluster, namespace, name)).catch(
      (error: unknown) => {
        throw refusal(error, `reading the address of Gateway ${name} in namespace ${namespace}`);
      },
    );
    const address = gateway && addressOf(gateway);
    if (address) return address;
    const why = gateway === null ? `Gateway ${name} is not there` : complaintOf(gateway);
    if (Date.now() > deadline) {
      throw new ClusterError(
        `Gateway ${name} got no address in ${deadlineSeconds} s${why === null ? ", and its provider does not say why" : `: ${why}`}`,
        "read its conditions and events: kubectl describe gateway; on GKE an internal one needs a proxy-only subnet in the cluster's region",
      );
    }
    onWait(`waits for the address of Gateway ${name}${why === null ? "" : `: ${why}`}`);
    await sleep(1000, undefined, { signal });
  }
}

/** null: it has none yet. */
export function addressOf({ status }: Gateway): string | null {
  return status?.addresses?.find(({ value }) => value)?.value ?? null;
}
