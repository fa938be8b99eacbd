import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import type { EngineWorkload } from "../manifests/kubernetesObject.ts";
import type { Cluster } from "./connection.ts";
import { diagnoseCreation } from "./creationDiagnosis.ts";
import type { Obstacles } from "./engineObstacles.ts";
import { type EnginePhase, loadedShare, type RoleProgress, slowerPhase } from "./engineProgress.ts";
import { missingWorkload } from "./missingWorkload.ts";
import { eventsOf, type NodeCache } from "./observe.ts";
import { diagnosePod, podPhase } from "./podDiagnosis.ts";
import { type LogQuery, lastLines } from "./podLog.ts";
import { type WorkloadState, workloadState } from "./workloadState.ts";

/** A LeaderWorkerSet's status does not say which of its specs it is about: it has to stand until the controller has seen ours. */
const setStandsMs = 5000;

/** One Deployment or LeaderWorkerSet of an engine, watched until all its pods are current and ready. */
export class WorkloadWait {
  readonly workload: EngineWorkload;
  readonly #cluster: Cluster;
  readonly #namespace: string;
  readonly #nodes: NodeCache;
  readonly #obstacles: Obstacles;
  #state: WorkloadState | null = null;
  #rolledOutSince: number | null = null;

  constructor(cluster: Cluster, namespace: string, workload: EngineWorkload, nodes: NodeCache, obstacles: Obstacles) {
    this.workload = workload;
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#nodes = nodes;
    this.#obstacles = obstacles;
  }

  get pods(): readonly V1Pod[] {
    return this.#state?.current ?? [];
  }

  /** true: nothing of it is left to wait for. */
  async look(): Promise<boolean> {
    this.#state = await workloadState(this.#cluster, this.#namespace, this.workload);
    const rolledOut = this.#state?.rolledOut === true && this.#state.old.length === 0;
    this.#rolledOutSince = rolledOut ? (this.#rolledOutSince ?? Date.now()) : null;
    if (this.#rolledOutSince === null) return false;
    return this.workload.kind === "Deployment" || Date.now() - this.#rolledOutSince >= setStandsMs;
  }

  /** What it is at, after a look; throws when it cannot become ready any more. `downloading`: the model is on its way. */
  async judge(downloading: boolean): Promise<RoleProgress> {
    const { role } = this.workload;
    if (this.#state === null) {
      const missing = await missingWorkload(this.#cluster, this.#namespace, this.workload);
      await this.#obstacles.check(this.#object(), missing, null);
      return { role, ready: 0, wanted: 1, phase: "waiting", loadedShare: null };
    }
    const { current, old, wanted, refused } = this.#state;
    await this.#obstacles.check(this.#object(), refused === null ? null : diagnoseCreation(refused), null);
    let phase: EnginePhase = current.length < wanted ? "waiting" : "ready";
    let [share, ready]: [number | null, number] = [null, 0];
    for (const pod of current) {
      const its = await this.#judgePod(pod, downloading);
      phase = slowerPhase(phase, its.phase);
      share = its.loadedShare ?? share;
      if (its.phase === "ready") ready++;
    }
    if (phase === "ready" && old.length > 0) {
      this.#obstacles.note(
        `waits until the old pod ${old[0]?.metadata?.name} is gone`,
        "a pod that does not end holds its GPU: kubectl describe pod",
      );
    }
    return { role, ready, wanted, phase, loadedShare: share };
  }

  async #judgePod(pod: V1Pod, downloading: boolean): Promise<Pick<RoleProgress, "phase" | "loadedShare">> {
    const events = podPhase(pod, []) === "ready" ? [] : await eventsOf(this.#cluster, pod);
    const found = diagnosePod(pod, events, await this.#nodes.list());
    // An engine without its model ends and starts again until the model is there, or waits for the download's volume.
    const early = downloading && (found?.state === "crashed" || found?.state === "storage");
    const subject = `${this.#release()}${this.workload.role} pod ${pod.metadata?.name}`;
    await this.#obstacles.check(subject, early ? null : found, pod);
    const phase = enginePhase(pod, events);
    if (phase !== "loading" || downloading) return { phase, loadedShare: null };
    return {
      phase,
      loadedShare: loadedShare(await lastLines(this.#cluster, logOf(pod, this.#namespace), { lines: 10 })),
    };
  }

  #object(): string {
    return `${this.#release()}${this.workload.kind} ${this.workload.name}`;
  }

  #release(): string {
    return this.workload.release === null ? "" : `release ${this.workload.release}: `;
  }
}

export function enginePhase(pod: V1Pod, events: readonly CoreV1Event[]): Exclude<EnginePhase, "downloading"> {
  const phase = podPhase(pod, events);
  return phase === "starting" ? "loading" : phase === "ended" ? "creating" : phase;
}

/** Of the container that does the work: a sidecar that starts before it is an init container to Kubernetes. */
export function logOf(pod: V1Pod, namespace: string): LogQuery {
  return { namespace, pod: pod.metadata?.name ?? "", container: pod.spec?.containers[0]?.name ?? "" };
}
