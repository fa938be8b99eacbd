import * as pulumi from "@pulumi/pulumi";
import type { Analysis } from "../analysis/analysis.ts";
import { ClusterError } from "../cluster/clusterError.ts";
import { type ClusterAccess, clusterAccess, connect } from "../cluster/connection.ts";
import { engineDeployments } from "../cluster/engineDeployments.ts";
import { harnessJobs } from "../cluster/harnessJobs.ts";
import { removeOtherEngines } from "../cluster/otherEngines.ts";
import { stopOtherRuns } from "../cluster/otherRuns.ts";
import { manifestYaml } from "../manifests/allManifests.ts";
import type { EngineEndpoint, KubernetesObject } from "../manifests/kubernetesObject.ts";
import { type StackManifests, stackManifests } from "../manifests/stackManifests.ts";
import { type Attempt, knownAnalysis, nextAttempts, runBenchmark } from "../run/benchmark.ts";
import { ClusterRuns } from "../run/clusterRun.ts";
import { debugSession } from "../run/debugSession.ts";
import type { Driver } from "../run/driver.ts";
import { EngineReadiness } from "../run/engineReadiness.ts";
import type { PlannedRun } from "../run/plannedRun.ts";
import { projectRoot } from "../run/projectRoot.ts";
import { RunFolder, stackFolder } from "../run/runFolder.ts";
import { sourceBundle } from "../run/sourceBundle.ts";
import { standup } from "../run/standup.ts";
import type { ClusterSettings, Scenario } from "../scenario/scenario.ts";
import { clusterProvider, noCluster } from "./clusterProvider.ts";
import { clusterSecrets } from "./clusterSecrets.ts";
import { StackDeployment } from "./stackDeployment.ts";

export interface ClusterBenchmarkOutputs {
  readonly analysis: Analysis | null;
  /** Recorded, so that a changed current context does not move the stack to another cluster unseen. */
  readonly cluster: ClusterAccess["identity"];
  readonly endpoints: Readonly<Record<string, EngineEndpoint>>;
}

/**
 * A stack on a cluster, as the linear story it is: engines are declared and waited for; then, run by run, the Job is
 * declared, awaited and collected. A Job that is not declared before the one before it has ended cannot overlap it.
 */
export async function clusterBenchmark(
  scenario: Scenario,
  runs: readonly PlannedRun[],
  config: Readonly<Record<string, string>>,
  driver: Driver,
): Promise<ClusterBenchmarkOutputs> {
  const secrets = clusterSecrets(config);
  const bundles = { harness: await sourceBundle("harness"), simulator: await sourceBundle("simulator") };
  const given = { hfToken: secrets.hfToken !== undefined };
  // Runs keep their Jobs while an engine is only stood up, or a debug pod sleeps beside them.
  const manifests = stackManifests({ ...scenario, mode: "benchmark" }, bundles, given);
  const dryRun = pulumi.runtime.isDryRun();
  const access = accessOf(scenario.cluster as ClusterSettings, secrets.clusterToken, dryRun, driver);
  const cluster = connect(access);

  const now = runsNow(runs);
  const attempts = scenario.mode === "benchmark" ? nextAttempts(scenario, runs, driver.retry) : [];
  const todo = attempts.filter(({ run }) => now?.includes(run) ?? true);
  const jobs = await inCluster(dryRun, () => harnessJobs(cluster, scenario.harness.namespace, scenario.stack));
  const jobOf = ({ run, folder }: Attempt) => manifests.runOf({ ...run, attempt: folder.attempt }).job;
  // One that is there stays declared, or `up` would delete it; one that is not must not be declared, or `up` would run it.
  const made = lastAttempts(scenario, runs).filter((attempt) => {
    const isTodo = todo.some(({ run }) => run === attempt.run);
    return !isTodo && attempt.folder.manifest?.job && (jobs?.has(jobOf(attempt)) ?? true);
  });
  const standing = await inCluster(dryRun, async () => {
    const { namespace } = scenario.cluster as ClusterSettings;
    return (await engineDeployments(cluster, namespace, scenario.stack)).map(({ metadata }) => metadata?.name);
  });
  const needed = now ?? (scenario.mode === "benchmark" ? todo.map(({ run }) => run) : runs);
  const deployed = new Set(needed.map(({ target }) => target.name));
  // One that stands stays for the next runs; one that nobody needs does not take a GPU, e.g. at `up` after `destroy`.
  if (now === null) {
    for (const { target, deployment } of manifests.engines)
      if (deployment === null || (standing?.includes(deployment) ?? true)) deployed.add(target);
      else if (!deployed.has(target))
        driver.say(`engine ${target} is not deployed: no run needs it (mode standup deploys it all the same)`);
  }
  if (!dryRun) {
    const say = (line: string) => driver.say(line);
    const keep = [...made, ...todo].map(jobOf);
    await stopOtherRuns(cluster, [scenario.harness.namespace], scenario.stack, keep, say);
    const engines = manifests.engines.filter(({ target }) => deployed.has(target));
    const names = engines.flatMap(({ deployment }) => deployment ?? []);
    await removeOtherEngines(cluster, (scenario.cluster as ClusterSettings).namespace, scenario.stack, names, say);
  }

  const deployment = new StackDeployment({
    scenario,
    manifests,
    provider: clusterProvider(access),
    ...secrets,
    deployed,
    signal: driver.signal,
  });
  for (const { run, folder } of made) deployment.declareRun(run, folder.attempt);
  const outputs = {
    cluster: access.identity,
    endpoints: Object.fromEntries(manifests.engines.map(({ target, endpoint }) => [target, endpoint])),
  };
  const debug =
    scenario.mode === "debug" && runs[0]
      ? stackManifests(scenario, bundles, given).runOf({ ...runs[0], attempt: 1 })
      : null;
  if (dryRun) {
    for (const { run, folder } of todo) deployment.declareRun(run, folder.attempt);
    if (debug) deployment.declareDebug(debug);
    if (jobs === null) driver.plan(manifestYaml(allObjects(manifests, [...made, ...todo])));
    return { ...outputs, analysis: knownAnalysis(scenario, runs) };
  }

  const engines = new EngineReadiness(scenario, cluster, driver);
  const ready = async (target: string) => {
    await deployment.engineDeclared(target);
    return engines.ready(deployment.manifestsOf(target));
  };
  if (scenario.mode !== "benchmark") {
    await standup(scenario, ready, outputs.endpoints, driver);
    if (debug) {
      await deployment.startDebug(debug);
      await debugSession(cluster, debug, driver);
    }
    return { ...outputs, analysis: knownAnalysis(scenario, runs) };
  }
  // Side by side: the second engine loads while the first one is measured no worse than it idles.
  for (const target of new Set(todo.map(({ run }) => run.target.name))) void ready(target).catch(() => {});
  const clusterRuns = new ClusterRuns({ scenario, cluster, manifests, driver });
  const result = await runBenchmark(
    scenario,
    runs,
    todo,
    async (run, folder, onProgress) => {
      const readiness = await ready(run.target.name).catch((error) => {
        if (driver.signal.aborted) return null;
        throw error;
      });
      if (readiness === null || driver.signal.aborted) return null;
      if ("error" in readiness) return clusterRuns.failed(run, folder, readiness.error);
      await deployment.startRun(run, folder.attempt);
      if (driver.signal.aborted) return null;
      return clusterRuns.follow(run, folder, readiness.pods, onProgress);
    },
    driver,
  );
  return { ...outputs, analysis: await driver.finish(result) };
}

function allObjects(manifests: StackManifests, attempts: readonly Attempt[]): KubernetesObject[] {
  const runs = attempts.flatMap(({ run, folder }) => manifests.runOf({ ...run, attempt: folder.attempt }).objects);
  const engines = manifests.engines.flatMap(({ objects }) => objects);
  return [...manifests.workspace, ...manifests.claims, ...manifests.shared, ...engines, ...runs];
}

/** A dry run needs no cluster: it is compared with nothing, and says so. */
function accessOf(settings: ClusterSettings, token: string | null, dryRun: boolean, driver: Driver): ClusterAccess {
  try {
    return clusterAccess(settings, token);
  } catch (error) {
    if (!dryRun || !(error instanceof ClusterError)) throw error;
    driver.warn(`no cluster to compare with: ${error.message}; ${error.next}`);
    return noCluster();
  }
}

/** null: a dry run without a cluster in reach, where what the state says has to do. */
async function inCluster<T>(dryRun: boolean, look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (dryRun) return null;
    throw error;
  }
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
