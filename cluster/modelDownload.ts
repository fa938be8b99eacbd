import type { V1Job, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./connection.ts";
import { diagnoseCreation } from "./creationDiagnosis.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { Obstacles } from "./engineObstacles.ts";
import { downloadEta, downloadProgress, type EngineProgress } from "./engineProgress.ts";
import { isStatus } from "./noAnswer.ts";
import { eventsOf, listEvents, type NodeCache, podsOf } from "./observe.ts";
import { diagnosePod } from "./podDiagnosis.ts";
import { lastLines } from "./podLog.ts";
import { enginePhase, logOf } from "./workloadWait.ts";

/** The Job that fetches a model's weights, watched while its engine is waited for. */
export class ModelDownload {
  readonly #cluster: Cluster;
  readonly #namespace: string;
  readonly #job: string;
  readonly #nodes: NodeCache;
  readonly #obstacles: Obstacles;
  #first: { bytes: number; atMs: number } | null = null;

  constructor(cluster: Cluster, namespace: string, job: string, nodes: NodeCache, obstacles: Obstacles) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#job = job;
    this.#nodes = nodes;
    this.#obstacles = obstacles;
  }

  /** null: the model is there. Else how far it is; throws when it will not come. */
  async look(): Promise<(Pick<EngineProgress, "phase"> & Partial<EngineProgress>) | null> {
    const job = await this.#read();
    // Removed after its work, by its TTL or by hand: the engine tells whether the model is there.
    if (job === null || hasCondition(job, "Complete")) return null;
    const selector = `batch.kubernetes.io/job-name=${this.#job}`;
    const pod = (await podsOf(this.#cluster, this.#namespace, selector)).at(-1) ?? null;
    const diagnosis = pod
      ? diagnosePod(pod, await eventsOf(this.#cluster, pod), await this.#nodes.list())
      : await this.#creationOf(job);
    const subject = `the model's download (${pod ? `pod ${pod.metadata?.name}` : `Job ${this.#job}`})`;
    // A pod that failed may be followed by another try of its Job, until the Job itself has failed.
    if (hasCondition(job, "Failed")) throw await this.#obstacles.fatal(subject, diagnosis ?? failureOf(job), pod);
    const mayTryAgain = diagnosis?.state === "crashed" ? { ...diagnosis, fatal: false } : diagnosis;
    await this.#obstacles.check(subject, mayTryAgain, pod);
    return this.#progress(pod);
  }

  async #progress(pod: V1Pod | null): Promise<Pick<EngineProgress, "phase"> & Partial<EngineProgress>> {
    if (pod === null) return { phase: "waiting" };
    if (pod.status?.phase !== "Running") return { phase: enginePhase(pod, await eventsOf(this.#cluster, pod)) };
    const report = downloadProgress(await lastLines(this.#cluster, logOf(pod, this.#namespace), { lines: 20 }));
    if (report === null) return { phase: "downloading" };
    const now = { bytes: report.downloadedBytes, total: report.totalBytes, atMs: Date.now() };
    this.#first ??= { bytes: now.bytes, atMs: now.atMs };
    return { phase: "downloading", ...report, etaSeconds: downloadEta(this.#first, now) };
  }

  async #read(): Promise<V1Job | null> {
    try {
      return await this.#cluster.batch.readNamespacedJob({ name: this.#job, namespace: this.#namespace });
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  }

  async #creationOf(job: V1Job): Promise<Diagnosis | null> {
    const selector = `involvedObject.uid=${job.metadata?.uid},reason=FailedCreate`;
    const words = (await listEvents(this.#cluster, this.#namespace, selector)).at(-1)?.message;
    return words === undefined ? null : diagnoseCreation(words);
  }
}

function hasCondition(job: V1Job, type: string): boolean {
  return job.status?.conditions?.some((one) => one.type === type && one.status === "True") ?? false;
}

function failureOf(job: V1Job): Diagnosis {
  const failed = job.status?.conditions?.find(({ type }) => type === "Failed");
  return {
    state: "crashed",
    fatal: true,
    patienceSeconds: null,
    log: null,
    message: `failed (${failed?.reason}): ${failed?.message}`,
    next: "run up again; a download goes on where it ended. If time was too short, raise cluster.readyTimeoutSeconds",
  };
}
