import type { Cluster } from "../cluster/connection.ts";
import { forgetRecord, helmRecords } from "../cluster/helmRecords.ts";
import { isStatus } from "../cluster/noAnswer.ts";
import { isRelease } from "../manifests/kubernetesObject.ts";
import type { StackManifests } from "../manifests/stackManifests.ts";
import type { ClusterSettings, Scenario } from "../scenario/scenario.ts";
import type { ClusterPlan } from "./clusterPlan.ts";
import type { Driver } from "./driver.ts";

/**
 * Ends what a killed `up` left of its Helm releases: one that was being installed or upgraded stays pending for ever, and
 * no later command may touch it. The lock on the stack's state says that nobody is at it now.
 */
export async function clearPendingReleases(
  cluster: Cluster,
  scenario: Scenario,
  manifests: StackManifests,
  { deployed }: ClusterPlan,
  driver: Driver,
): Promise<void> {
  const { namespace } = scenario.cluster as ClusterSettings;
  try {
    const records = await helmRecords(cluster, namespace, releasesOf(manifests, deployed), scenario.stack);
    for (const record of records.filter(({ status }) => status.startsWith("pending-"))) {
      driver.say(
        `release ${record.release} was left ${record.status} by an \`up\` that was killed: its revision ${record.revision} is forgotten and made again`,
      );
      await forgetRecord(cluster, namespace, record);
    }
  } catch (error) {
    // Helm needs the same right, and says so better; a namespace that is not there yet has no releases.
    if (!isStatus(error, 403, 404)) throw error;
  }
}

/** Names of the releases that a call declares. */
export function releasesOf({ shared, engines }: StackManifests, deployed: ReadonlySet<string>): string[] {
  const own = engines.filter(({ target }) => deployed.has(target)).flatMap(({ objects }) => objects);
  return [...shared, ...own].filter(isRelease).map(({ metadata }) => metadata.name);
}
