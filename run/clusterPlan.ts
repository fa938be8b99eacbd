import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineWorkload } from "../manifests/kubernetesObject.ts";
import type { StackManifests } from "../manifests/stackManifests.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Attempt, identityOf, nextAttempts } from "./benchmark.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { projectRoot } from "./projectRoot.ts";
import { RunError } from "./runError.ts";
import { RunFolder, stackFolder } from "./runFolder.ts";
import type { Standing } from "./standing.ts";

/** What a call of the program declares, besides what every call does. */
export interface ClusterPlan {
  readonly todo: readonly Attempt[];
  /** Runs whose Job is in the cluster from before. */
  readonly made: readonly Attempt[];
  /** Targets whose engines are deployed. */
  readonly deployed: ReadonlySet<string>;
  /** Targets whose engines are not, because no run needs them. */
  readonly idle: readonly string[];
}

export function clusterPlan(
  scenario: Scenario,
  runs: readonly PlannedRun[],
  manifests: StackManifests,
  standing: Standing,
  retry: boolean,
): ClusterPlan {
  const now = runsNow(runs);
  if (now !== null && scenario.together)
    throw new RunError(
      "one engine at a time cannot be loaded together with others: leave out --in-turn, or set together to false",
    );
  const attempts = scenario.mode === "benchmark" ? nextAttempts(scenario, runs, retry) : [];
  const todo = attempts.filter(({ run }) => now?.includes(run) ?? true);
  const needed = now ?? (scenario.mode === "benchmark" ? todo.map(({ run }) => run) : runs);
  const deployed = new Set(needed.map(({ target }) => target.name));
  const idle: string[] = [];
  // An engine that stands stays for the next runs; one that nobody needs takes no GPU, e.g. at `up` after `destroy`.
  for (const { target, workloads } of now === null ? manifests.engines : []) {
    // A gateway stands for all targets behind it, and a router holds no GPU.
    const stands = ({ name, role }: EngineWorkload) =>
      standing.workloads === null || (standing.workloads.has(name) && role !== "gateway" && role !== "router");
    if (workloads.length === 0 || workloads.some(stands)) deployed.add(target);
    else if (!deployed.has(target)) idle.push(target);
  }
  // A Job that is there stays declared, or `up` would delete it; one that is not must not be, or `up` would run it.
  const made = lastAttempts(scenario, runs).filter((last) => {
    if (todo.some(({ run }) => run === last.run) || !last.folder.manifest?.job) return false;
    return (standing.jobs?.has(manifests.runOf(identityOf(last)).job) ?? true) && isAtSameAddress(manifests, last);
  });
  return { todo, made, deployed, idle };
}

/**
 * Declared with another address of its gateway, or with none known yet, a Job would be replaced, hence run again. One that
 * is not declared goes; its results are here.
 */
function isAtSameAddress(manifests: StackManifests, { run, folder }: Attempt): boolean {
  const { gateway, url } = manifests.endpointOf(run.target.name);
  if (gateway === undefined) return true;
  const applied = join(folder.path, "setup/yamls/harness.yaml");
  return existsSync(applied) && readFileSync(applied, "utf8").includes(url);
}

function lastAttempts(scenario: Scenario, runs: readonly PlannedRun[]): Attempt[] {
  const stack = stackFolder(projectRoot, scenario.stack);
  return runs.map((run) => ({ run, folder: RunFolder.latest(stack, run.runId) }));
}

/** `./bench compare --in-turn` has room for one engine at a time and says which runs it is for; null: all of them. */
function runsNow(runs: readonly PlannedRun[]): readonly PlannedRun[] | null {
  const ids = process.env.LLMBENCH_RUNS_NOW?.split(",");
  return ids === undefined ? null : runs.filter(({ runId }) => ids.includes(runId));
}
