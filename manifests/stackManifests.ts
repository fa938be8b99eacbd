import type { Scenario, Target } from "../scenario/scenario.ts";
import type { LoadedTogether } from "../workloads/together.ts";
import { engineManifests } from "./engine.ts";
import { harnessBundleManifest, runManifests } from "./harnessJob.ts";
import type { EngineManifests, KubernetesObject, RunManifests, SourceBundle } from "./kubernetesObject.ts";
import type { RunIdentity } from "./names.ts";
import { shareObjects } from "./sharedObjects.ts";
import { workspaceManifests } from "./workspace.ts";

/** Our programs as they go into ConfigMaps. */
export interface Bundles {
  readonly harness: SourceBundle;
  readonly simulator: SourceBundle;
}

export interface PlannedRunIdentity extends RunIdentity, LoadedTogether {
  readonly target: Target;
  readonly repetition: number;
}

/** All objects of a stack, by the component that declares them. Preview, goldens and the cluster see the very same. */
export interface StackManifests {
  readonly workspace: readonly KubernetesObject[];
  readonly claims: readonly KubernetesObject[];
  /** What several engines or runs use. */
  readonly shared: readonly KubernetesObject[];
  readonly engines: readonly EngineManifests[];
  runOf(run: PlannedRunIdentity): RunManifests;
}

export function stackManifests(
  scenario: Scenario,
  bundles: Bundles,
  { hfToken }: { readonly hfToken: boolean },
): StackManifests {
  const base = workspaceManifests(scenario, { hfToken });
  const isClaim = ({ kind }: KubernetesObject) => kind === "PersistentVolumeClaim";
  const engines = scenario.targets.map((target) => engineManifests(scenario, target, bundles.simulator));
  const { shared, own } = shareObjects(engines);
  return {
    workspace: base.filter((object) => !isClaim(object)),
    claims: base.filter(isClaim),
    shared: [...shared, harnessBundleManifest(scenario, bundles.harness)],
    engines: own,
    runOf: (run) => {
      const engine = own.find(({ target }) => target === run.target.name);
      if (engine === undefined) throw new Error(`target "${run.target.name}" is not of this scenario`);
      return runManifests(scenario, run, engine.endpoint, bundles.harness);
    },
  };
}

/** All objects that `up` applies for these runs, in the order of their creation. */
export function objectsOf(manifests: StackManifests, runs: readonly PlannedRunIdentity[]): KubernetesObject[] {
  const { workspace, claims, shared, engines } = manifests;
  const ofRuns = runs.flatMap((run) => manifests.runOf(run).objects);
  return [...workspace, ...claims, ...shared, ...engines.flatMap(({ objects }) => objects), ...ofRuns];
}
