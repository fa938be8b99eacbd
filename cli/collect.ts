import { terminalTable } from "../analysis/write/terminalTable.ts";
import { clusterAccess, connect } from "../cluster/connection.ts";
import { stackManifests } from "../manifests/stackManifests.ts";
import { nextAttempts, reportFolder } from "../run/benchmark.ts";
import { ClusterRuns } from "../run/clusterRun.ts";
import { type PlannedRun, plannedRuns } from "../run/plannedRun.ts";
import { projectRoot } from "../run/projectRoot.ts";
import { writeResults } from "../run/results.ts";
import { RunFolder, stackFolder } from "../run/runFolder.ts";
import { sourceBundle } from "../run/sourceBundle.ts";
import type { ClusterSettings, Scenario } from "../scenario/scenario.ts";
import { clusterToken } from "./clusterToken.ts";
import { CommandError } from "./commandError.ts";
import { interruptController } from "./interrupt.ts";
import { loadScenario } from "./loadScenario.ts";
import { shownPath } from "./shownPath.ts";
import { TerminalDriver } from "./terminalDriver.ts";
import { validityExit } from "./validityExit.ts";

/**
 * `./bench collect STACK`: brings home what has ended in the cluster and is not here yet, reads the native files of the
 * stack's runs again and writes analysis and report anew. Starts nothing.
 */
export async function collect(name: string): Promise<number> {
  const scenario = loadScenario(name, "warn");
  const runs = plannedRuns(scenario);
  const driver = new TerminalDriver({ retry: false, interrupt: interruptController() });
  if (scenario.cluster !== null) await collectFromCluster(scenario, scenario.cluster, runs, driver);
  const folders = runs
    .map((run) => RunFolder.latest(stackFolder(projectRoot, name), run.runId))
    .filter(({ state }) => state !== "absent");
  if (folders.length === 0) {
    throw new CommandError(`stack "${name}" has no results of its present scenario`, `./bench up ${name} makes them`);
  }
  const out = reportFolder(scenario, runs);
  const analysis = await writeResults(folders, out, driver);
  if (analysis === null) return 1;
  process.stdout.write(`${terminalTable(analysis)}\nReport: ${shownPath(out)}/report.html\n`);
  const whole = folders.length === runs.length && folders.every(({ state }) => state === "complete");
  return whole ? validityExit(analysis) : 1;
}

async function collectFromCluster(
  scenario: Scenario,
  settings: ClusterSettings,
  runs: readonly PlannedRun[],
  driver: TerminalDriver,
): Promise<void> {
  const missing = nextAttempts(scenario, runs, false);
  if (missing.length === 0) return;
  const bundles = { harness: await sourceBundle("harness"), simulator: await sourceBundle("simulator") };
  const manifests = stackManifests(scenario, bundles, { hfToken: false });
  const cluster = connect(clusterAccess(settings, clusterToken()));
  const clusterRuns = new ClusterRuns({ scenario, cluster, manifests, driver });
  for (const { run, folder } of missing) {
    const manifest = await clusterRuns.collectEnded(run, folder);
    driver.say(manifest === null ? `${run.runId}: no Job of it has ended` : `${run.runId}: ${manifest.status}`);
  }
}
