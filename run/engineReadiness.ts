import type { ClusterError } from "../cluster/clusterError.ts";
import type { Cluster } from "../cluster/connection.ts";
import { engineProgressLine } from "../cluster/engineProgress.ts";
import { type EnginePods, waitForEngine } from "../cluster/waitForEngine.ts";
import type { StackManifests } from "../manifests/stackManifests.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Driver, formatSeconds } from "./driver.ts";
import { engineAnswers } from "./engineAnswers.ts";

/** How the wait for an engine ended; null where there was nothing to wait for. */
export type Readiness = { readonly pods: EnginePods | null } | { readonly error: ClusterError };

export interface EngineReadinessArgs {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  readonly manifests: StackManifests;
  /** Of Gateways; filled when they are known. */
  readonly hosts: Map<string, string>;
  readonly driver: Driver;
}

/**
 * Waits for the engines of a stack side by side, each once, and shows them on one line. An engine that does not come up
 * fails its own runs only: the other target of a comparison is still worth its time.
 */
export class EngineReadiness {
  readonly #scenario: Scenario;
  readonly #cluster: Cluster;
  readonly #manifests: StackManifests;
  readonly #hosts: Map<string, string>;
  readonly #driver: Driver;
  readonly #waits = new Map<string, Promise<Readiness>>();
  readonly #lines = new Map<string, string>();
  readonly #began = Date.now();

  constructor(args: EngineReadinessArgs) {
    this.#scenario = args.scenario;
    this.#cluster = args.cluster;
    this.#manifests = args.manifests;
    this.#hosts = args.hosts;
    this.#driver = args.driver;
  }

  /** Call it when the engine's objects are there; calling it again gives the same answer. */
  ready(target: string): Promise<Readiness> {
    const known = this.#waits.get(target);
    if (known !== undefined) return known;
    const wait = this.#wait(target);
    this.#waits.set(target, wait);
    return wait;
  }

  async #wait(target: string): Promise<Readiness> {
    const settings = this.#scenario.cluster;
    const engine = this.#manifests.engines.find((one) => one.target === target);
    if (engine === undefined || engine.workloads.length === 0 || settings === null) return { pods: null };
    const { namespace, readyTimeoutSeconds: deadlineSeconds } = settings;
    const { signal } = this.#driver;
    try {
      const pods = await waitForEngine(
        this.#cluster,
        { ...engine, namespace },
        { deadlineSeconds, signal, onProgress: (progress) => this.#show(target, engineProgressLine(progress)) },
      );
      const onDetail = (detail: string) => this.#show(target, `engine ${target}: ${detail}`);
      const reached = { cluster: this.#cluster, manifests: this.#manifests, hosts: this.#hosts };
      await engineAnswers(reached, target, { namespace, deadlineSeconds, signal, onDetail });
      this.#driver.say(`engine ${target} is ready after ${formatSeconds((Date.now() - this.#began) / 1000)}`);
      return { pods };
    } catch (error) {
      if ((error as Error).name !== "ClusterError") throw error;
      return { error: error as ClusterError };
    } finally {
      this.#lines.delete(target);
    }
  }

  #show(target: string, line: string): void {
    this.#lines.set(target, line);
    this.#driver.status([...this.#lines.values()].join(" | "));
  }
}
