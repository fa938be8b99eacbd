import type { ClusterError } from "../cluster/clusterError.ts";
import type { Cluster } from "../cluster/connection.ts";
import { type EngineProgress, engineProgressLine } from "../cluster/engineProgress.ts";
import { type EnginePods, waitForEngine } from "../cluster/waitForEngine.ts";
import type { EngineManifests } from "../manifests/kubernetesObject.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Driver, formatSeconds } from "./driver.ts";

/** How the wait for an engine ended; null where there was nothing to wait for. */
export type Readiness = { readonly pods: EnginePods | null } | { readonly error: ClusterError };

/**
 * Waits for the engines of a stack side by side, each once, and shows them on one line. An engine that does not come up
 * fails its own runs only: the other target of a comparison is still worth its time.
 */
export class EngineReadiness {
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  readonly #driver: Driver;
  readonly #waits = new Map<string, Promise<Readiness>>();
  readonly #lines = new Map<string, string>();
  readonly #began = Date.now();

  constructor(scenario: Scenario, cluster: Cluster, driver: Driver) {
    this.#scenario = scenario;
    this.#cluster = cluster;
    this.#driver = driver;
  }

  /** Call it when the engine's objects are there; calling it again gives the same answer. */
  ready(engine: EngineManifests): Promise<Readiness> {
    const known = this.#waits.get(engine.target);
    if (known !== undefined) return known;
    const wait = this.#wait(engine);
    this.#waits.set(engine.target, wait);
    return wait;
  }

  async #wait({ target, workloads, service, downloadJob }: EngineManifests): Promise<Readiness> {
    const settings = this.#scenario.cluster;
    if (workloads.length === 0 || settings === null) return { pods: null };
    try {
      const pods = await waitForEngine(
        this.#cluster,
        { namespace: settings.namespace, workloads, service, downloadJob, target },
        {
          deadlineSeconds: settings.readyTimeoutSeconds,
          signal: this.#driver.signal,
          onProgress: (progress) => this.#show(target, progress),
        },
      );
      this.#driver.say(`engine ${target} is ready after ${formatSeconds((Date.now() - this.#began) / 1000)}`);
      return { pods };
    } catch (error) {
      if ((error as Error).name !== "ClusterError") throw error;
      return { error: error as ClusterError };
    } finally {
      this.#lines.delete(target);
    }
  }

  #show(target: string, progress: EngineProgress): void {
    this.#lines.set(target, engineProgressLine(progress));
    this.#driver.status([...this.#lines.values()].join(" | "));
  }
}
