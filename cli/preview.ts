import { ClusterError } from "../cluster/clusterError.ts";
import type { ClusterIdentity } from "../cluster/connection.ts";
import { manifestYaml } from "../manifests/allManifests.ts";
import type { KubernetesObject } from "../manifests/kubernetesObject.ts";
import { objectsOf, stackManifests } from "../manifests/stackManifests.ts";
import { checkChartFolders } from "../run/chartFolders.ts";
import { describeScenario } from "../run/describeScenario.ts";
import { type PlannedRun, plannedRuns } from "../run/plannedRun.ts";
import { projectRoot } from "../run/projectRoot.ts";
import { RunFolder, stackFolder } from "../run/runFolder.ts";
import { sourceBundle } from "../run/sourceBundle.ts";
import type { ClusterSettings, Scenario } from "../scenario/scenario.ts";
import type { ClusterCheck } from "./checkCluster.ts";
import type { CommandError } from "./commandError.ts";
import { MissingPlugin } from "./explain.ts";
import { interruptController } from "./interrupt.ts";
import { loadScenario } from "./loadScenario.ts";
import { engineOutput, programLoaded, withStack } from "./openStack.ts";
import { TerminalDriver } from "./terminalDriver.ts";

export interface PreviewOptions {
  readonly verbose: boolean;
  /** Print the objects in full. */
  readonly manifests: boolean;
}

/**
 * `./bench preview STACK`: the scenario is checked, nothing is started; says what `up` would run and, on a cluster, what
 * it would apply and whether the nodes can give it. With no cluster in reach, the objects themselves are what can be had.
 */
export async function preview(name: string, options: PreviewOptions): Promise<number> {
  const scenario = loadScenario(name, "warn");
  checkChartFolders(scenario);
  const runs = plannedRuns(scenario);
  // The engine takes its seconds while the Kubernetes client is loaded (one more) and the cluster is asked.
  const comparison = changes(name, options, scenario.cluster);
  comparison.catch(() => {});
  const out = (text: string) => process.stdout.write(`${text}\n`);
  const { check, objects } = await onCluster(scenario, runs);
  // Before the plan, which would scroll away above hundreds of lines.
  if (options.manifests || check?.reachable === false) out(manifestYaml(objects));
  out(`${describeScenario(scenario, runs)}\n`);
  for (const warning of scenario.warnings) out(`! ${warning}`);
  for (const line of check?.lines ?? []) out(line);
  if (check?.reachable === false) out("  the objects that up would apply are printed above");
  else if (check !== null && !options.manifests) out(listing(objects));
  out(await comparison);
  const folder = stackFolder(projectRoot, name);
  for (const { runId } of runs) out(`  ${runId}: ${plan(RunFolder.latest(folder, runId).state, check !== null)}`);
  return 0;
}

/** What `up` would apply, and what the cluster says to it; nothing on platform local. */
async function onCluster(
  scenario: Scenario,
  runs: readonly PlannedRun[],
): Promise<{ check: ClusterCheck | null; objects: readonly KubernetesObject[] }> {
  if (scenario.cluster === null) return { check: null, objects: [] };
  const bundles = { harness: await sourceBundle("harness"), simulator: await sourceBundle("simulator") };
  const manifests = stackManifests(scenario, bundles, { hfToken: Boolean(process.env.HF_TOKEN) });
  const objects = objectsOf(
    manifests,
    runs.map((run) => ({ ...run, attempt: 1 })),
  );
  const ofEngines = new Set(manifests.engines.flatMap((engine) => engine.objects));
  const others = objects.filter((object) => !ofEngines.has(object));
  const { checkCluster } = await import("./checkCluster.ts");
  const check = await checkCluster(scenario, { engines: manifests.engines, others });
  return { check, objects: objects.filter(({ kind }) => kind !== check.leftOut) };
}

/** What the engine would change. Where a provider's plugin cannot be had, all above still holds, and that is said. */
async function changes(name: string, options: PreviewOptions, settings: ClusterSettings | null): Promise<string> {
  const driver = new PreviewDriver({ retry: false, interrupt: interruptController() });
  try {
    return await withStack(
      name,
      async (stack, { cluster }) => {
        const elsewhere = settings === null ? null : await deployedElsewhere(name, settings, cluster);
        if (elsewhere !== null) return `! ${elsewhere.message}\n    next: ${elsewhere.next}`;
        const { changeSummary } = await stack.preview(engineOutput(options));
        const summary = Object.entries(changeSummary).map(([kind, count]) => `${count} ${kind}`);
        return `Resources: ${summary.join(", ") || "none"}`;
      },
      driver,
      programLoaded(settings),
    );
  } catch (error) {
    if (!(error instanceof MissingPlugin)) throw error;
    return `! not compared with what is deployed: ${error.message}\n    next: ${error.next}`;
  }
}

/** What the program would warn of was said above, by the same checks. */
class PreviewDriver extends TerminalDriver {
  override warn(): void {}
}

/** A comparison with another cluster would say that everything is replaced; `up` refuses that. */
async function deployedElsewhere(
  name: string,
  settings: ClusterSettings,
  recorded: ClusterIdentity | null,
): Promise<CommandError | null> {
  try {
    const { otherCluster } = await import("./sameCluster.ts");
    return otherCluster(name, settings, recorded);
  } catch (error) {
    // No cluster at all has been said above.
    if (error instanceof ClusterError) return null;
    throw error;
  }
}

function listing(objects: readonly KubernetesObject[]): string {
  const names = objects.map(({ kind, metadata }) => `  ${kind} ${metadata?.name}`);
  return `\nObjects (--manifests prints them in full)\n${names.join("\n")}\n`;
}

function plan(state: RunFolder["state"], clustered: boolean): string {
  // There a run goes on without us: `up` waits for its end, or brings home what it left.
  if (state === "unfinished" && clustered) return "begun and not home yet, would be waited for and collected";
  switch (state) {
    case "absent":
      return "would run";
    case "complete":
      return "complete, would not run again";
    default:
      return `${state}, would run again only with --retry`;
  }
}
