import type { ClusterSettings, Scenario } from "../scenario/scenario.ts";

/** Settings of a scenario that has a cluster; on platform local there are no manifests to build. */
export function clusterOf({ cluster, platform }: Scenario): ClusterSettings {
  if (cluster === null) throw new Error(`platform ${platform} has no cluster, hence no manifests`);
  return cluster;
}

export function engineNamespace(scenario: Scenario): string {
  return clusterOf(scenario).namespace;
}

/** Where load generators run and results lie; mostly the engines' namespace. */
export function harnessNamespace({ harness }: Scenario): string {
  return harness.namespace;
}

/** The engines' namespace first; one where both are the same. */
export function namespacesOf(scenario: Scenario): string[] {
  return [...new Set([engineNamespace(scenario), harnessNamespace(scenario)])];
}
