import { ClusterError } from "../cluster/clusterError.ts";
import { clusterAccess, connect, reachable } from "../cluster/connection.ts";
import { type PreflightObjects, type PreflightProblem, preflight } from "../cluster/preflight.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { clusterToken } from "./clusterToken.ts";

export interface ClusterCheck {
  readonly reachable: boolean;
  /** To be printed: which cluster it is and what it cannot give. */
  readonly lines: readonly string[];
  /** Kind of objects that `up` will leave out; absent: none. */
  readonly leftOut?: string;
}

/** Compares what a scenario asks of its cluster with what the cluster says of itself. Never fails: a dry run goes on. */
export async function checkCluster(scenario: Scenario, objects: PreflightObjects): Promise<ClusterCheck> {
  try {
    const settings = scenario.cluster as NonNullable<Scenario["cluster"]>;
    const access = clusterAccess(settings, clusterToken());
    const cluster = connect(access);
    const where = `${access.identity.context} (${access.identity.server})`;
    const problem = await reachable(cluster);
    if (problem !== null) return { reachable: false, lines: [`! the cluster is not in reach: ${problem}`] };
    const { problems, facts, leftOut } = await preflight(cluster, scenario, objects);
    return {
      reachable: true,
      lines: [`Cluster ${where}`, ...facts.map((fact) => `  ${fact}`), ...problemLines(problems)],
      ...(leftOut === undefined ? {} : { leftOut }),
    };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { reachable: false, lines: [`! no cluster: ${error.message}\n    next: ${error.next}`] };
  }
}

/** Problems that one step mends stand together, and the step is said once. */
export function problemLines(problems: readonly PreflightProblem[]): string[] {
  return problems.flatMap(({ severity, message, next }, index) => [
    `${severity === "problem" ? "!" : "~"} ${message}`,
    ...(problems[index + 1]?.next === next ? [] : [`    next: ${next}`]),
  ]);
}
