import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import type { EngineManifests } from "../manifests/kubernetesObject.ts";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { Obstacles } from "./engineObstacles.ts";
import { type EnginePods, enginePod } from "./enginePods.ts";
import { type EngineProgress, type RoleProgress, slowestFirst } from "./engineProgress.ts";
import { ModelDownload } from "./modelDownload.ts";
import { NodeCache } from "./observe.ts";
import { refusal, throughOutage } from "./outage.ts";
import { poolProblem } from "./poolMembers.ts";
import { serviceLeadsTo } from "./serviceMembers.ts";
import { WorkloadWait } from "./workloadWait.ts";

export type { EnginePod, EnginePods } from "./enginePods.ts";
export type { EngineProgress } from "./engineProgress.ts";

/** `downloadJob` null: the model is there already, or none is needed. */
export type AwaitedEngine = Pick<EngineManifests, "target" | "workloads" | "service" | "downloadJob"> & {
  readonly namespace: string;
};

export interface EngineWait {
  readonly deadlineSeconds: number;
  readonly signal: AbortSignal;
  /** About once a second. */
  readonly onProgress: (progress: EngineProgress) => void;
}

const outageSeconds = 60;

/**
 * Waits until an engine's model is there, the pods of all its workloads are of the current template and ready, and what is
 * before them leads to them. Throws a ClusterError as soon as that cannot happen any more, or at the deadline; the
 * signal's reason when that fires. Changes nothing in the cluster.
 */
export async function waitForEngine(cluster: Cluster, engine: AwaitedEngine, options: EngineWait): Promise<EnginePods> {
  try {
    return await new Wait(cluster, engine, options).ready();
  } catch (error) {
    throw refusal(error, `waiting for the engine of target "${engine.target}" in namespace ${engine.namespace}`);
  }
}

class Wait {
  readonly #cluster: Cluster;
  readonly #engine: AwaitedEngine;
  readonly #options: EngineWait;
  readonly #obstacles: Obstacles;
  readonly #download: ModelDownload | null;
  readonly #workloads: readonly WorkloadWait[];
  #phase: EngineProgress["phase"] = "waiting";
  #phaseSince = Date.now();

  constructor(cluster: Cluster, engine: AwaitedEngine, options: EngineWait) {
    const { namespace, downloadJob, workloads } = engine;
    const nodes = new NodeCache(cluster);
    const obstacles = new Obstacles(cluster, namespace);
    this.#cluster = cluster;
    this.#engine = engine;
    this.#options = options;
    this.#obstacles = obstacles;
    this.#download = downloadJob === null ? null : new ModelDownload(cluster, namespace, downloadJob, nodes, obstacles);
    this.#workloads = workloads.map((one) => new WorkloadWait(cluster, namespace, one, nodes, obstacles));
  }

  async ready(): Promise<EnginePods> {
    const { signal, deadlineSeconds } = this.#options;
    const deadline = Date.now() + deadlineSeconds * 1000;
    const say = (line: string) => this.#tell({ phase: this.#phase, detail: line });
    for (;;) {
      const pods = await throughOutage(this.#cluster.identity, { signal, patienceSeconds: outageSeconds, say }, () =>
        this.#look(),
      );
      if (pods) return pods;
      if (Date.now() > deadline) throw this.#tooLate();
      await sleep(1000, undefined, { signal });
    }
  }

  async #look(): Promise<EnginePods | null> {
    this.#obstacles.newLook();
    const download = (await this.#download?.look()) ?? null;
    if (download) this.#tell(download);
    const waits = await Promise.all(this.#workloads.map(async (one) => ({ one, ready: await one.look() })));
    const waiting = waits.filter(({ ready }) => !ready).map(({ one }) => one);
    if (waiting.length === 0 && download === null && (await this.#isConnected())) {
      this.#tell({ phase: "ready" });
      return this.#workloads.flatMap(({ pods, workload }) => pods.map((pod) => enginePod(pod, workload.role)));
    }
    const roles: RoleProgress[] = [];
    for (const one of waiting) roles.push(await one.judge(download !== null));
    if (download === null) this.#tellRoles(roles);
    return null;
  }

  /** Does what requests arrive at lead to the engine's pods? */
  async #isConnected(): Promise<boolean> {
    const { service, namespace } = this.#engine;
    const pods = this.#workloads.flatMap((one) => one.pods);
    if (service !== null) return serviceLeadsTo(this.#cluster, namespace, service, pods);
    const router = this.#workloads.find(({ workload }) => workload.role === "router");
    if (router === undefined) return true;
    const problem = await poolProblem(this.#cluster, namespace, router, this.#podsOf("decode", "prefill"));
    await this.#obstacles.check(`release ${router.workload.release}: the pool of pods`, problem, null);
    return problem === null;
  }

  #podsOf(...roles: readonly string[]): readonly V1Pod[] {
    return this.#workloads.filter(({ workload }) => roles.includes(workload.role)).flatMap(({ pods }) => pods);
  }

  #tellRoles(roles: readonly RoleProgress[]): void {
    const [slowest] = slowestFirst(roles);
    // All pods are ready, but an old one is not gone, or the way to them not there.
    const phase = slowest === undefined ? "connecting" : slowest.phase === "ready" ? "creating" : slowest.phase;
    this.#tell({
      phase,
      loadedShare: slowest?.loadedShare ?? null,
      roles: this.#workloads.length > 1 ? slowestFirst(roles) : [],
    });
  }

  #tooLate(): ClusterError {
    const seconds = this.#options.deadlineSeconds;
    const { first } = this.#obstacles;
    return new ClusterError(
      `the engine of target "${this.#engine.target}" was not ready after ${seconds} s: ${first?.message ?? `it was ${this.#phase} for ${this.#elapsed()} s at the end`}`,
      first?.next ?? "raise cluster.readyTimeoutSeconds if it was still making progress, else read the pod's log",
    );
  }

  #tell(progress: Pick<EngineProgress, "phase"> & Partial<EngineProgress>): void {
    if (progress.phase !== this.#phase) this.#phaseSince = Date.now();
    this.#phase = progress.phase;
    this.#options.onProgress({
      target: this.#engine.target,
      elapsedSeconds: this.#elapsed(),
      etaSeconds: null,
      downloadedBytes: null,
      totalBytes: null,
      loadedShare: null,
      roles: [],
      detail: this.#obstacles.first?.message ?? null,
      ...progress,
    });
  }

  #elapsed(): number {
    return Math.round((Date.now() - this.#phaseSince) / 1000);
  }
}
