import type { V1Node } from "@kubernetes/client-node";
import { allocatable, type Demand, hasLabels, untolerated, what } from "./nodeFit.ts";
import type { PreflightProblem } from "./preflight.ts";

/**
 * Load generators of a group wait for each other in one volume, hence on one node (harnessJob.ts): a second one that finds
 * no room there stays pending, and the first waits for it until both fail. null: a node could hold them all.
 * @param demand of one load generator
 */
export function groupProblem(targets: number, demand: Demand, nodes: readonly V1Node[]): PreflightProblem | null {
  const open = nodes.filter(
    (node) => hasLabels(node, demand.selector) && untolerated(node, demand.tolerations).length === 0,
  );
  for (const [resource, amount] of Object.entries(demand.requests)) {
    const most = Math.max(...open.map((node) => allocatable(node, resource)));
    if (amount * targets <= most) continue;
    return {
      severity: "problem",
      message: `the load generators of ${targets} targets work on one node when all are loaded together: they ask for ${targets} times ${what(resource, amount)}, the largest of ${open.length} fitting nodes has ${what(resource, most)}`,
      next: `set harnessSettings.${resource} to less than ${what(resource, most / targets)}, use a larger node, or set together to false`,
    };
  }
  return null;
}
