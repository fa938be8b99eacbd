import * as pulumi from "@pulumi/pulumi";
import type { EngineManifests, RunManifests } from "../manifests/kubernetesObject.ts";
import type { StackManifests } from "../manifests/stackManifests.ts";
import type { PlannedRun } from "../run/plannedRun.ts";
import type { Scenario, Target } from "../scenario/scenario.ts";
import type { Engine } from "./engine.ts";
import { ExistingEndpoint } from "./existingEndpoint.ts";
import { Harness } from "./harness.ts";
import { Llmd } from "./llmd.ts";
import { SharedObjects } from "./sharedObjects.ts";
import { SimulatedEngine } from "./simulatedEngine.ts";
import { VllmStandalone } from "./vllmStandalone.ts";
import { Volumes } from "./volumes.ts";
import { Workspace } from "./workspace.ts";

export interface StackDeploymentArgs {
  readonly scenario: Scenario;
  readonly manifests: StackManifests;
  readonly provider: pulumi.ProviderResource;
  readonly hfToken: pulumi.Input<string> | undefined;
  readonly apiKeys: Readonly<Record<string, pulumi.Input<string>>>;
  /** Targets whose engines are deployed now. */
  readonly deployed: ReadonlySet<string>;
  /** Ends the waits for the API server: what could not be registered never settles. */
  readonly signal: AbortSignal;
}

/** Declares the components of a stack, each with what it needs; runs are declared one by one, since that starts them. */
export class StackDeployment {
  readonly #args: StackDeploymentArgs;
  readonly #opts: pulumi.ComponentResourceOptions;
  readonly #workspace: Workspace;
  readonly #volumes: Volumes;
  readonly #shared: SharedObjects;
  readonly #engines = new Map<string, Engine>();

  constructor(args: StackDeploymentArgs) {
    const { scenario, manifests, provider, hfToken, apiKeys, deployed } = args;
    this.#args = args;
    this.#opts = { providers: [provider] };
    const { targets } = scenario;
    this.#workspace = new Workspace(
      "workspace",
      { objects: manifests.workspace, targets, hfToken, apiKeys },
      this.#opts,
    );
    const workspace = this.#workspace;
    this.#volumes = new Volumes("volumes", { objects: manifests.claims, workspace }, this.#opts);
    this.#shared = new SharedObjects("shared", { objects: manifests.shared, workspace }, this.#opts);
    for (const target of targets) {
      if (deployed.has(target.name)) this.#engines.set(target.name, this.#engine(target));
    }
  }

  #engine(target: Target): Engine {
    const args = {
      manifests: this.manifestsOf(target.name),
      workspace: this.#workspace,
      shared: this.#shared.resources,
    };
    switch (target.method) {
      case "existing":
        return new ExistingEndpoint(`engine-${target.name}`, args, this.#opts);
      case "simulated":
        return new SimulatedEngine(`engine-${target.name}`, args, this.#opts);
      case "llm-d":
        return new Llmd(`engine-${target.name}`, args, this.#opts);
      case "standalone":
        return new VllmStandalone(`engine-${target.name}`, args, this.#opts);
    }
  }

  manifestsOf(target: string): EngineManifests {
    return this.#args.manifests.engines.find((engine) => engine.target === target) as EngineManifests;
  }

  /** Resolves when the API server has taken all objects of the target's engine, or when the signal fires. */
  engineDeclared(target: string): Promise<unknown> {
    return taken((this.#engines.get(target) as Engine).resources, this.#args.signal);
  }

  /** Starts the run. Resolves when the API server has taken its Job, or when the signal fires. */
  async startRun(run: PlannedRun, attempt: number): Promise<void> {
    await taken(this.declareRun(run, attempt).resources, this.#args.signal);
  }

  declareRun(run: PlannedRun, attempt: number): Harness {
    const together = run.loadedWith.length > 0 ? "-together" : "";
    const name = `run-${run.target.name}-r${run.repetition}${together}`;
    return this.#harness(name, this.#args.manifests.runOf({ ...run, attempt }));
  }

  async startDebug(manifests: RunManifests): Promise<void> {
    await taken(this.declareDebug(manifests).resources, this.#args.signal);
  }

  declareDebug(manifests: RunManifests): Harness {
    return this.#harness("debug", manifests);
  }

  #harness(name: string, manifests: RunManifests): Harness {
    const needs = [...this.#volumes.resources, ...this.#shared.resources];
    return new Harness(name, { manifests, workspace: this.#workspace, needs }, this.#opts);
  }
}

/**
 * Resolves when the engine has registered them all, hence created or updated them. Where one registration fails, the SDK
 * neither resolves nor rejects any of its outputs, nor those of what depends on it: only the signal ends the wait then.
 */
function taken(resources: readonly pulumi.Resource[], signal: AbortSignal): Promise<unknown> {
  const registered = new Promise((resolve) => pulumi.all(resources.map(({ urn }) => urn)).apply(resolve));
  if (signal.aborted) return Promise.resolve();
  const stop = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => stop.resolve(), { once: true });
  return Promise.race([registered, stop.promise]);
}
