import * as pulumi from "@pulumi/pulumi";
import type { Analysis } from "../analysis/analysis.ts";
import { ClusterError } from "../cluster/clusterError.ts";
import { type ClusterAccess, clusterAccess, connect } from "../cluster/connection.ts";
import { requirePrerequisites, unservedMonitoring } from "../cluster/prerequisites.ts";
import { manifestYaml } from "../manifests/allManifests.ts";
import type { EngineEndpoint } from "../manifests/kubernetesObject.ts";
import { withoutMonitoring } from "../manifests/monitoring.ts";
import { objectsOf, stackManifests } from "../manifests/stackManifests.ts";
import { identityOf, knownAnalysis, runBenchmark } from "../run/benchmark.ts";
import { clusterPlan } from "../run/clusterPlan.ts";
import { ClusterRuns } from "../run/clusterRun.ts";
import { debugSession } from "../run/debugSession.ts";
import type { Driver } from "../run/driver.ts";
import { EngineReadiness } from "../run/engineReadiness.ts";
import { readHosts } from "../run/gatewayHosts.ts";
import { clearPendingReleases } from "../run/pendingReleases.ts";
import type { PlannedRun } from "../run/plannedRun.ts";
import { sourceBundle } from "../run/sourceBundle.ts";
import { clearOthers, standingIn } from "../run/standing.ts";
import { standup } from "../run/standup.ts";
import { readsStartup } from "../scenario/harnesses.ts";
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
 * declared, awaited and collected. A Job that is not declared before the one before it has ended cannot overlap it; those
 * of targets that are loaded together are declared at once.
 */
export async function clusterBenchmark(
  scenario: Scenario,
  runs: readonly PlannedRun[],
  config: Readonly<Record<string, string>>,
  driver: Driver,
): Promise<ClusterBenchmarkOutputs> {
  const dryRun = pulumi.runtime.isDryRun();
  const secrets = clusterSecrets(config);
  const bundles = { harness: await sourceBundle("harness"), simulator: await sourceBundle("simulator") };
  const given = { hfToken: secrets.hfToken !== undefined };
  const access = accessOf(scenario.cluster as ClusterSettings, secrets.clusterToken, dryRun, driver);
  const cluster = connect(access);
  const standing = await standingIn(cluster, scenario, dryRun);
  const isInReach = standing.jobs !== null;
  const unserved = isInReach ? await unservedMonitoring(cluster, scenario) : null;
  if (unserved !== null) driver.warn(`${unserved.problem.message}; ${unserved.problem.next}`);
  const served = unserved === null ? scenario : withoutMonitoring(scenario);
  // Runs keep their Jobs while an engine is only stood up, or a debug pod sleeps beside them.
  const hosts = new Map<string, string>();
  const manifests = stackManifests({ ...served, mode: "benchmark" }, bundles, given, hosts);
  if (isInReach) await readHosts(cluster, scenario, manifests, hosts);
  const plan = clusterPlan(scenario, runs, manifests, standing, driver.retry);
  for (const target of plan.idle)
    driver.say(`engine ${target} is not deployed: no run needs it (mode standup deploys it all the same)`);
  if (!dryRun) {
    const needed = scenario.targets.filter(({ name }) => plan.deployed.has(name));
    await requirePrerequisites(cluster, needed, (text) => driver.warn(text));
    await clearOthers(cluster, scenario, manifests, plan, driver);
    await clearPendingReleases(cluster, scenario, manifests, plan, driver);
  }

  const { deployed, made, todo } = plan;
  const provider = clusterProvider(access);
  const deployment = new StackDeployment({
    scenario,
    manifests,
    provider,
    ...secrets,
    deployed,
    signal: driver.signal,
  });
  for (const { run, folder } of made) deployment.declareRun(run, folder.attempt);
  const outputs = () => ({
    cluster: access.identity,
    endpoints: Object.fromEntries(manifests.engines.map(({ target }) => [target, manifests.endpointOf(target)])),
  });
  const [first] = scenario.mode === "debug" ? runs : [];
  const debug = first ? () => stackManifests(served, bundles, given, hosts).runOf({ ...first, attempt: 1 }) : null;
  if (dryRun) {
    for (const { run, folder } of todo) deployment.declareRun(run, folder.attempt);
    if (debug) deployment.declareDebug(debug());
    if (standing.jobs === null) driver.plan(manifestYaml(objectsOf(manifests, [...made, ...todo].map(identityOf))));
    return { ...outputs(), analysis: knownAnalysis(scenario, runs) };
  }

  const engines = new EngineReadiness({ scenario, cluster, manifests, hosts, driver });
  const ready = async (target: string) => {
    await deployment.engineDeclared(target);
    return engines.ready(target);
  };
  if (scenario.mode !== "benchmark") {
    await standup(scenario, ready, (target) => manifests.endpointOf(target), driver);
    if (debug) {
      const pod = debug();
      await deployment.startDebug(pod);
      await debugSession(cluster, pod, driver);
    }
    return { ...outputs(), analysis: knownAnalysis(scenario, runs) };
  }
  // All of them before the first run: an engine that loads beside one that is measured takes its disk, network and cores.
  const targets = new Set(todo.map(({ run }) => run.target.name));
  await Promise.all([...targets].map((target) => ready(target).catch(unlessAborted(driver.signal))));
  const clusterRuns = new ClusterRuns({ scenario, cluster, manifests, driver });
  const result = await runBenchmark(
    scenario,
    runs,
    todo,
    async (run, folder, onProgress) => {
      const readiness = await ready(run.target.name).catch(unlessAborted(driver.signal));
      if (readiness === null || driver.signal.aborted) return null;
      if ("error" in readiness) return clusterRuns.failed(run, folder, readiness.error);
      const others = await Promise.all(run.loadedWith.map((name) => ready(name).catch(unlessAborted(driver.signal))));
      const missing = others.find((other) => other !== null && "error" in other);
      // Its load generator would wait for one that nobody starts.
      if (missing && "error" in missing) return clusterRuns.failed(run, folder, missing.error);
      if (readsStartup(scenario.harness.name)) return clusterRuns.readStartup(run, folder, readiness.pods);
      await deployment.startRun(run, folder.attempt);
      if (driver.signal.aborted) return null;
      return clusterRuns.follow(run, folder, readiness.pods, onProgress);
    },
    driver,
  );
  return { ...outputs(), analysis: await driver.finish(result) };
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

/** For a wait that Ctrl-C ends: null then, any other failure as it is. */
function unlessAborted(signal: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (signal.aborted) return null;
    throw error;
  };
}
