import type { Cluster } from "../cluster/connection.ts";
import { engineWorkloads } from "../cluster/engineWorkloads.ts";
import { harnessJobs } from "../cluster/harnessJobs.ts";
import { removeOtherEngines } from "../cluster/otherEngines.ts";
import { stopOtherRuns } from "../cluster/otherRuns.ts";
import type { StackManifests } from "../manifests/stackManifests.ts";
import type { ClusterSettings, Scenario } from "../scenario/scenario.ts";
import { identityOf } from "./benchmark.ts";
import type { ClusterPlan } from "./clusterPlan.ts";
import type { Driver } from "./driver.ts";

/** What of a stack is in its cluster; null: a dry run that cannot ask, where what was recorded has to do. */
export interface Standing {
  readonly jobs: ReadonlySet<string> | null;
  /** Names of the engines' Deployments and LeaderWorkerSets. */
  readonly workloads: ReadonlySet<string> | null;
}

export async function standingIn(cluster: Cluster, scenario: Scenario, dryRun: boolean): Promise<Standing> {
  const { namespace } = scenario.cluster as ClusterSettings;
  try {
    const [jobs, workloads] = await Promise.all([
      harnessJobs(cluster, scenario.harness.namespace, scenario.stack),
      engineWorkloads(cluster, namespace, scenario.stack),
    ]);
    return { jobs, workloads: new Set(workloads.map(({ name }) => name)) };
  } catch (error) {
    if (dryRun) return { jobs: null, workloads: null };
    throw error;
  }
}

/** Ends what the stack has in the cluster and does not mean any more: it would load engines, or hold their GPUs. */
export async function clearOthers(
  cluster: Cluster,
  scenario: Scenario,
  manifests: StackManifests,
  { made, todo, deployed }: ClusterPlan,
  driver: Driver,
): Promise<void> {
  const say = (line: string) => driver.say(line);
  const jobs = [...made, ...todo].map((attempt) => manifests.runOf(identityOf(attempt)).job);
  await stopOtherRuns(cluster, [scenario.harness.namespace], scenario.stack, jobs, say);
  const engines = manifests.engines.filter(({ target }) => deployed.has(target));
  const keep = engines.flatMap(({ workloads }) => workloads.map(({ name }) => name));
  await removeOtherEngines(cluster, (scenario.cluster as ClusterSettings).namespace, scenario.stack, keep, say);
}
