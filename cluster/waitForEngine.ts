import { setTimeout as sleep } from "node:timers/promises";
import type { V1Deployment, V1EndpointSlice, V1Job, V1Pod } from "@kubernetes/client-node";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { diagnoseCreation } from "./creationDiagnosis.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { type EnginePods, enginePod } from "./enginePods.ts";
import { downloadEta, downloadProgress, type EngineProgress, loadedShare } from "./engineProgress.ts";
import { isStatus } from "./noAnswer.ts";
import { eventsOf, listEvents, NodeCache, podsOf, Standing } from "./observe.ts";
import { refusal, throughOutage } from "./outage.ts";
import { diagnosePod, podPhase } from "./podDiagnosis.ts";
import { lastLines } from "./podLog.ts";
import { isRolledOut, refusedPods, splitPods } from "./rollout.ts";

export type { EnginePod, EnginePods } from "./enginePods.ts";
export type { EngineProgress } from "./engineProgress.ts";

export interface AwaitedEngine {
  readonly target: string;
  readonly namespace: string;
  /** Also the name of its Service. */
  readonly deployment: string;
  /** null: the model is there already, or none is needed. */
  readonly downloadJob: string | null;
}

export interface EngineWait {
  readonly deadlineSeconds: number;
  readonly signal: AbortSignal;
  /** About once a second. */
  readonly onProgress: (progress: EngineProgress) => void;
}

const outageSeconds = 60;
const logLines = 5;

/**
 * Waits until an engine's model is there, all its pods are of the current template and ready, and its Service leads to
 * them. Throws a ClusterError as soon as that cannot happen any more, or at the deadline; the signal's reason when that
 * fires. Changes nothing in the cluster.
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
  readonly #nodes: NodeCache;
  /** Per pod or object: since when what is wrong with it has been wrong. */
  readonly #standing = new Map<string, Standing>();
  #phase: EngineProgress["phase"] = "waiting";
  #phaseSince = Date.now();
  #firstDownload: { bytes: number; atMs: number } | null = null;
  /** What stands in the way now, with its subject, for the deadline's message. */
  #obstacle: { message: string; next: string } | null = null;

  constructor(cluster: Cluster, engine: AwaitedEngine, options: EngineWait) {
    this.#cluster = cluster;
    this.#engine = engine;
    this.#options = options;
    this.#nodes = new NodeCache(cluster);
  }

  async ready(): Promise<EnginePods> {
    const { signal, deadlineSeconds } = this.#options;
    const deadline = Date.now() + deadlineSeconds * 1000;
    const say = (line: string) => this.#tell(this.#phase, { detail: line });
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
    this.#obstacle = null;
    const downloading = await this.#lookAtDownload();
    const deployment = await this.#cluster.objects.read<V1Deployment>({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: this.#engine.deployment, namespace: this.#engine.namespace },
    });
    const pods = await podsOf(this.#cluster, this.#engine.namespace, selectorOf(deployment));
    const { current, old } = splitPods(deployment, pods);
    if (isRolledOut(deployment) && old.length === 0 && !downloading && (await this.#leadsTo(current))) {
      this.#tell("ready", {});
      return current.map(enginePod);
    }
    await this.#judge(deployment, current, old, downloading);
    return null;
  }

  /** true: the model is still on its way, which is told as the progress. */
  async #lookAtDownload(): Promise<boolean> {
    const { downloadJob: name, namespace } = this.#engine;
    if (name === null) return false;
    const job = await this.#readJob(name);
    // Removed after its work, by its TTL or by hand: the engine tells whether the model is there.
    if (job === null || hasCondition(job, "Complete")) return false;
    const pod = (await podsOf(this.#cluster, namespace, `batch.kubernetes.io/job-name=${name}`)).at(-1) ?? null;
    const diagnosis = pod
      ? diagnosePod(pod, await eventsOf(this.#cluster, pod), await this.#nodes.list())
      : await this.#creationOf(job);
    const subject = `the model's download (${pod ? `pod ${pod.metadata?.name}` : `Job ${name}`})`;
    // A pod that failed may be followed by another try of its Job, until the Job itself has failed.
    if (hasCondition(job, "Failed")) {
      const found = diagnosis ?? failureOf(job);
      throw await this.#fatal(subject, found, pod);
    }
    await this.#check(subject, diagnosis?.state === "crashed" ? { ...diagnosis, fatal: false } : diagnosis, pod);
    await this.#tellDownload(pod);
    return true;
  }

  async #tellDownload(pod: V1Pod | null): Promise<void> {
    const phase = pod === null ? "waiting" : enginePhase(pod, await eventsOf(this.#cluster, pod));
    if (pod === null || pod.status?.phase !== "Running") {
      this.#tell(phase, {});
      return;
    }
    const query = logOf(pod, this.#engine.namespace);
    const report = downloadProgress(await lastLines(this.#cluster, query, { lines: 20 }));
    if (report === null) {
      this.#tell("downloading", {});
      return;
    }
    const now = { bytes: report.downloadedBytes, total: report.totalBytes, atMs: Date.now() };
    this.#firstDownload ??= { bytes: now.bytes, atMs: now.atMs };
    this.#tell("downloading", { ...report, etaSeconds: downloadEta(this.#firstDownload, now) });
  }

  async #judge(deployment: V1Deployment, current: V1Pod[], old: V1Pod[], downloading: boolean): Promise<void> {
    const refused = current.length === 0 ? refusedPods(deployment) : null;
    await this.#check(
      `Deployment ${this.#engine.deployment}`,
      refused === null ? null : diagnoseCreation(refused),
      null,
    );
    let slowest: EngineProgress["phase"] = current.length === 0 ? "waiting" : "ready";
    let share: number | null = null;
    for (const pod of current) {
      const events = podPhase(pod, []) === "ready" ? [] : await eventsOf(this.#cluster, pod);
      const found = diagnosePod(pod, events, await this.#nodes.list());
      // An engine without its model ends and starts again until the model is there, or waits for the download's volume.
      const early = downloading && (found?.state === "crashed" || found?.state === "storage");
      const diagnosis = early ? null : found;
      await this.#check(`engine pod ${pod.metadata?.name}`, diagnosis, pod);
      const phase = enginePhase(pod, events);
      if (order.indexOf(phase) < order.indexOf(slowest)) slowest = phase;
      if (phase === "loading" && !downloading) {
        share = loadedShare(await lastLines(this.#cluster, logOf(pod, this.#engine.namespace), { lines: 10 }));
      }
    }
    if (downloading) return;
    if (slowest === "ready" && old.length > 0) {
      this.#obstacle ??= {
        message: `waits until the old pod ${old[0]?.metadata?.name} is gone`,
        next: "a pod that does not end holds its GPU: kubectl describe pod",
      };
    }
    this.#tell(slowest === "ready" ? "creating" : slowest, {
      loadedShare: share,
      detail: this.#obstacle?.message ?? null,
    });
  }

  /** Notes what stands in the way of one pod or object; throws when it is fatal. */
  async #check(subject: string, diagnosis: Diagnosis | null, pod: V1Pod | null): Promise<void> {
    const standing = this.#standing.get(subject) ?? new Standing();
    this.#standing.set(subject, standing);
    const isFatal = standing.isFatal(diagnosis);
    if (diagnosis === null) return;
    if (isFatal) throw await this.#fatal(subject, diagnosis, pod);
    this.#obstacle ??= { message: `${subject} ${diagnosis.message}`, next: diagnosis.next };
  }

  async #fatal(subject: string, diagnosis: Diagnosis, pod: V1Pod | null): Promise<ClusterError> {
    const query = { namespace: this.#engine.namespace, pod: pod?.metadata?.name ?? "" };
    const log = diagnosis.log
      ? await lastLines(
          this.#cluster,
          { ...query, container: diagnosis.log.container },
          { lines: logLines, previous: diagnosis.log.previous },
        )
      : [];
    const message = [`${subject} ${diagnosis.message}`, ...log.map((line) => `  ${line.trim().slice(0, 300)}`)].join(
      "\n",
    );
    return new ClusterError(message, diagnosis.next);
  }

  #tooLate(): ClusterError {
    const seconds = this.#options.deadlineSeconds;
    const cause = this.#obstacle?.message ?? `it was ${this.#phase} for ${this.#elapsed()} s at the end`;
    return new ClusterError(
      `the engine of target "${this.#engine.target}" was not ready after ${seconds} s: ${cause}`,
      this.#obstacle?.next ??
        "raise cluster.readyTimeoutSeconds if it was still making progress, else read the pod's log",
    );
  }

  /** Does the Service lead to these pods, to all of them, and to no others? */
  async #leadsTo(pods: readonly V1Pod[]): Promise<boolean> {
    const { items } = await this.#cluster.objects.list<V1EndpointSlice>(
      "discovery.k8s.io/v1",
      "EndpointSlice",
      this.#engine.namespace,
      undefined,
      undefined,
      undefined,
      undefined,
      `kubernetes.io/service-name=${this.#engine.deployment}`,
    );
    const ready = items
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .map(({ targetRef }) => targetRef?.uid);
    const wanted = pods.map(({ metadata }) => metadata?.uid);
    return wanted.every((uid) => ready.includes(uid)) && ready.every((uid) => wanted.includes(uid));
  }

  async #readJob(name: string): Promise<V1Job | null> {
    try {
      return await this.#cluster.batch.readNamespacedJob({ name, namespace: this.#engine.namespace });
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  }

  async #creationOf(job: V1Job): Promise<Diagnosis | null> {
    const selector = `involvedObject.uid=${job.metadata?.uid},reason=FailedCreate`;
    const words = (await listEvents(this.#cluster, this.#engine.namespace, selector)).at(-1)?.message;
    return words === undefined ? null : diagnoseCreation(words);
  }

  #tell(phase: EngineProgress["phase"], more: Partial<EngineProgress>): void {
    if (phase !== this.#phase) this.#phaseSince = Date.now();
    this.#phase = phase;
    this.#options.onProgress({
      target: this.#engine.target,
      phase,
      elapsedSeconds: this.#elapsed(),
      etaSeconds: null,
      downloadedBytes: null,
      totalBytes: null,
      loadedShare: null,
      detail: this.#obstacle?.message ?? null,
      ...more,
    });
  }

  #elapsed(): number {
    return Math.round((Date.now() - this.#phaseSince) / 1000);
  }
}

const order: readonly EngineProgress["phase"][] = ["waiting", "scheduling", "pulling", "creating", "loading", "ready"];

function enginePhase(pod: V1Pod, events: Parameters<typeof podPhase>[1]): EngineProgress["phase"] {
  const phase = podPhase(pod, events);
  return phase === "starting" ? "loading" : phase === "ended" ? "creating" : phase;
}

function logOf(pod: V1Pod, namespace: string) {
  return { namespace, pod: pod.metadata?.name ?? "", container: pod.spec?.containers[0]?.name ?? "" };
}

function selectorOf({ spec }: V1Deployment): string {
  return Object.entries(spec?.selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
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
