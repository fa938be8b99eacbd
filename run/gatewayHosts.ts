import type { Cluster } from "../cluster/connection.ts";
import { readGateway } from "../cluster/gateway.ts";
import { addressOf } from "../cluster/gatewayAddress.ts";
import { isStatus } from "../cluster/noAnswer.ts";
import type { StackManifests } from "../manifests/stackManifests.ts";
import type { ClusterSettings, Scenario } from "../scenario/scenario.ts";

/** Addresses of Gateways that stand from before: runs that were made are then declared as they were. */
export async function readHosts(
  cluster: Cluster,
  scenario: Scenario,
  manifests: StackManifests,
  hosts: Map<string, string>,
): Promise<void> {
  const { namespace } = scenario.cluster as ClusterSettings;
  for (const name of new Set(manifests.engines.flatMap(({ endpoint }) => endpoint.gateway ?? []))) {
    try {
      const gateway = await readGateway(cluster, namespace, name);
      const address = gateway && addressOf(gateway);
      if (address) hosts.set(name, address);
    } catch (error) {
      // Whoever may not read it is told when it is waited for.
      if (!isStatus(error, 403)) throw error;
    }
  }
}
