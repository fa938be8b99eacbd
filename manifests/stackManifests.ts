import type { V1Job } from "@kubernetes/client-node";
import type { Scenario, Target } from "../scenario/scenario.ts";
import type { LoadedTogether } from "../workloads/together.ts";
import { engineManifests } from "./engine.ts";
import { atAddress, type GatewayHosts } from "./gatewayHosts.ts";
import { harnessBundleManifest, runManifests } from "./harnessJob.ts";
import type {
  EngineEndpoint,
  EngineManifests,
  KubernetesObject,
  RunManifests,
  SourceBundle,
} from "./kubernetesObject.ts";
import { completionJob } from "./llmd/completionJob.ts";
import { gatewayManifests } from "./llmd/gatewayManifests.ts";
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
  /** Where a target's engine answers, as far as that is known by now. */
  endpointOf(target: string): EngineEndpoint;
  /** Asks a target's engine for one token by the way that its load will take; null: pods and Service say enough. */
  completionOf(target: string): V1Job | null;
}

export function stackManifests(
  scenario: Scenario,
  bundles: Bundles,
  { hfToken }: { readonly hfToken: boolean },
  /** By the Gateway's name; may be filled as they become known. */
  hosts: GatewayHosts = new Map(),
): StackManifests {
  const base = workspaceManifests(scenario, { hfToken });
  const isClaim = ({ kind }: KubernetesObject) => kind === "PersistentVolumeClaim";
  const engines = scenario.targets.map((target) => engineManifests(scenario, target, bundles.simulator));
  const { shared, own } = shareObjects(engines);
  const endpointOf = (name: string) => {
    const engine = own.find(({ target }) => target === name);
    if (engine === undefined) throw new Error(`target "${name}" is not of this scenario`);
    return atAddress(engine.endpoint, hosts);
  };
  return {
    workspace: base.filter((object) => !isClaim(object)),
    claims: base.filter(isClaim),
    shared: [...shared, ...gatewayManifests(scenario), harnessBundleManifest(scenario, bundles.harness)],
    engines: own,
    runOf: (run) => runManifests(scenario, run, endpointOf(run.target.name), bundles.harness),
    endpointOf,
    completionOf: (name) => {
      const target = scenario.targets.find((one) => one.name === name);
      return target?.method === "llm-d" ? completionJob(scenario, target, endpointOf(name), bundles.harness) : null;
    },
  };
}

/** All objects that `up` applies for these runs, in the order of their creation. */
export function objectsOf(manifests: StackManifests, runs: readonly PlannedRunIdentity[]): KubernetesObject[] {
  const { workspace, claims, shared, engines } = manifests;
  const ofRuns = runs.flatMap((run) => manifests.runOf(run).objects);
  return [...workspace, ...claims, ...shared, ...engines.flatMap(({ objects }) => objects), ...ofRuns];
}
