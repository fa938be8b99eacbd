import { setTimeout as sleep } from "node:timers/promises";
import type { V1Job, V1Pod } from "@kubernetes/client-node";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { diagnoseCreation } from "./creationDiagnosis.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { LogFollower } from "./logFollower.ts";
import { isStatus } from "./noAnswer.ts";
import { eventsOf, listEvents, NodeCache, podsOf, Standing } from "./observe.ts";
import { refusal, throughOutage } from "./outage.ts";
import { diagnosePod, podPhase } from "./podDiagnosis.ts";
import { lastLines } from "./podLog.ts";
import { type RunEnd, runEnd, runPod } from "./runEnd.ts";

export type { RunEnd } from "./runEnd.ts";

export type RunPhase = "waiting" | "scheduling" | "pulling" | "creating" | "running" | "ended";

export interface RunWait {
  /** Ours, for the case that the Job's own deadline does not fire; counted from the call. */
  readonly deadlineSeconds: number;
  readonly signal: AbortSignal;
  /** Each line of the harness's log once, in order. */
  readonly onLine: (line: string) => void;
  /** `detail`: what stands in the way, or what happened to the connection; null: nothing. */
  readonly onPhase: (phase: RunPhase, detail: string | null) => void;
}

/** Nothing was measured, and unlike with an API server that is away, nothing will be. */
export class RunNeverBegan extends ClusterError {}

/** The API server may be away for long in a run of an hour (an upgrade of the control plane): the pod goes on. */
const outageSeconds = 600;
/** Between a pod's end and the Job's verdict; longer means that its node is gone and nobody can confirm the end. */
const verdictSeconds = 120;

/**
 * Waits for the end of a harness Job, following its log. How a run that had begun ended is an outcome, whatever happened
 * to its pod. Throws a RunNeverBegan when it could not, a ClusterError when the cluster no longer answers us, and the
 * signal's reason when that fires; the Job stays.
 */
export async function waitForRun(
  cluster: Cluster,
  job: { readonly namespace: string; readonly name: string },
  options: RunWait,
): Promise<RunEnd> {
  const wait = new Wait(cluster, job, options);
  try {
    return await wait.end();
  } catch (error) {
    throw refusal(error, `waiting for the Job ${job.name} in namespace ${job.namespace}`);
  } finally {
    wait.stop();
  }
}

class Wait {
  readonly #cluster: Cluster;
  readonly #job: { readonly namespace: string; readonly name: string };
  readonly #options: RunWait;
  readonly #standing = new Standing();
  readonly #nodes: NodeCache;
  readonly #deadline: number;
  #log: LogFollower | null = null;
  /** As it was seen last: a pod that is deleted takes its story along. */
  #pod: V1Pod | null = null;
  #diagnosis: Diagnosis | null = null;
  #phase: RunPhase = "waiting";
  /** Since when its pod has been lost, but for the Job's verdict. */
  #lostSince: number | null = null;

  constructor(cluster: Cluster, job: { readonly namespace: string; readonly name: string }, options: RunWait) {
    this.#cluster = cluster;
    this.#nodes = new NodeCache(cluster);
    this.#job = job;
    this.#options = options;
    this.#deadline = Date.now() + options.deadlineSeconds * 1000;
  }

  stop(): void {
    this.#log?.stop();
  }

  async end(): Promise<RunEnd> {
    const { signal, onPhase } = this.#options;
    onPhase(this.#phase, null);
    for (;;) {
      const outage = { signal, patienceSeconds: outageSeconds, say: (line: string) => onPhase(this.#phase, line) };
      const end = await throughOutage(this.#cluster.identity, outage, () => this.#look());
      if (end) return end;
      await this.#pause(signal);
    }
  }

  /** A second; less once the program has ended: the kubelet's word of it is a matter of moments, and somebody waits. */
  async #pause(signal: AbortSignal): Promise<void> {
    for (let waitedMs = 0; waitedMs < 1000; waitedMs += 100) {
      await sleep(100, undefined, { signal });
      if (this.#log?.quiet || this.#pod?.status?.phase === "Failed") return;
    }
  }

  async #look(): Promise<RunEnd | null> {
    const job = await this.#readJob();
    const pod = await this.#readPod();
    if (pod) this.#pod = pod;
    const gone = this.#pod !== null && pod === null;
    const started = this.#pod !== null && hasRun(this.#pod);
    if (started && this.#log === null) this.#follow(this.#pod as V1Pod);
    if (job === null) {
      if (!started) throw this.#failed({ message: "was deleted before it ran", next: "run up again" });
      return this.#close(null, "the Job was deleted during the run");
    }
    // Its program ended well: the Job can say nothing else any more, and says it one or two seconds later.
    if (pod !== null && hasSucceeded(pod)) return this.#close(job, null);
    if (isOver(job)) {
      // Without a pod nobody can tell whether it ran: what it left in the results claim can.
      if (!started && this.#pod !== null) throw await this.#neverRan(job);
      return this.#close(job, null);
    }
    await this.#judge(job, pod, started, gone);
    if (started && this.#isLost(job)) return this.#close(job, this.#diagnosis?.message ?? "its pod is gone");
    if (Date.now() > this.#deadline) {
      if (!started) throw this.#failed(this.#tooLate());
      return this.#close(job, `${this.#options.deadlineSeconds} s passed and the Job is still active`, "deadline");
    }
    return null;
  }

  /** Says what stands in the way; throws when that is fatal and the run has not begun. */
  async #judge(job: V1Job, pod: V1Pod | null, started: boolean, gone: boolean): Promise<void> {
    if (pod === null) {
      this.#diagnosis = gone ? null : await this.#creation(job);
      this.#tell(started ? "running" : "waiting");
    } else {
      // What a pod that runs can still suffer is in its own status, and its node's.
      const events = started ? [] : await eventsOf(this.#cluster, pod);
      this.#diagnosis = diagnosePod(pod, events, await this.#nodes.list());
      const phase = podPhase(pod, events);
      this.#tell(
        started ? "running" : phase === "starting" || phase === "ready" || phase === "ended" ? "creating" : phase,
      );
    }
    const fatal = this.#standing.isFatal(this.#diagnosis);
    if (fatal && !started && this.#diagnosis) throw await this.#withLog(this.#diagnosis);
    if (started && (gone || (fatal && this.#diagnosis?.state === "lost"))) this.#lostSince ??= Date.now();
  }

  #isLost(job: V1Job): boolean {
    if (condition(job, "FailureTarget")) this.#lostSince ??= Date.now();
    return this.#lostSince !== null && Date.now() - this.#lostSince > verdictSeconds * 1000;
  }

  #tell(phase: RunPhase): void {
    this.#phase = phase;
    this.#options.onPhase(phase, this.#diagnosis && `${this.#diagnosis.message}; ${this.#diagnosis.next}`);
  }

  #follow(pod: V1Pod): void {
    const query = {
      namespace: this.#job.namespace,
      pod: pod.metadata?.name ?? "",
      container: pod.spec?.containers[0]?.name ?? "",
    };
    this.#log = new LogFollower(this.#cluster, query, this.#options.onLine);
    this.#log.start();
  }

  async #close(job: V1Job | null, reason: string | null, outcome?: RunEnd["outcome"]): Promise<RunEnd> {
    await this.#log?.finish(10_000);
    this.#phase = "ended";
    this.#options.onPhase("ended", null);
    const end = runEnd(job, this.#pod, this.#log?.text ?? "");
    return { ...end, outcome: outcome ?? end.outcome, reason: reason ?? end.reason };
  }

  async #neverRan(job: V1Job): Promise<RunNeverBegan> {
    if (this.#pod)
      this.#diagnosis = diagnosePod(this.#pod, await eventsOf(this.#cluster, this.#pod), null) ?? this.#diagnosis;
    if (this.#diagnosis && condition(job, "Failed")?.reason !== "DeadlineExceeded")
      return this.#withLog(this.#diagnosis);
    return this.#failed(
      this.#diagnosis
        ? this.#tooLate()
        : { message: `ended without a run: ${runEnd(job, this.#pod, "").reason}`, next: "run again with --retry" },
    );
  }

  #tooLate(): { message: string; next: string } {
    const cause = this.#diagnosis;
    return {
      message: `did not begin before its deadline; its pod ${cause?.message ?? "was still being created"}`,
      next: cause?.next ?? "raise harnessSettings.waitTimeoutSeconds",
    };
  }

  async #withLog(diagnosis: Diagnosis): Promise<RunNeverBegan> {
    const pod = this.#pod?.metadata?.name;
    const log = diagnosis.log && pod ? await this.#lines(pod, diagnosis.log) : [];
    return this.#failed({ ...diagnosis, message: [diagnosis.message, ...log].join("\n  ") });
  }

  #lines(pod: string, { container, previous }: { container: string; previous: boolean }): Promise<string[]> {
    return lastLines(this.#cluster, { namespace: this.#job.namespace, pod, container }, { lines: 5, previous });
  }

  #failed({ message, next }: { message: string; next: string }): RunNeverBegan {
    const subject = this.#pod ? `pod ${this.#pod.metadata?.name}` : `Job ${this.#job.name}`;
    return new RunNeverBegan(`${subject} ${message}`, next);
  }

  async #readJob(): Promise<V1Job | null> {
    try {
      return await this.#cluster.batch.readNamespacedJob({ ...this.#job });
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  }

  /** The newest, should there ever be two; a Job of ours makes one. */
  async #readPod(): Promise<V1Pod | null> {
    const pods = await podsOf(this.#cluster, this.#job.namespace, `batch.kubernetes.io/job-name=${this.#job.name}`);
    return runPod(pods);
  }

  async #creation(job: V1Job): Promise<Diagnosis | null> {
    const selector = `involvedObject.uid=${job.metadata?.uid},reason=FailedCreate`;
    const events = await listEvents(this.#cluster, this.#job.namespace, selector);
    const words = events.at(-1)?.message;
    return words === undefined ? null : diagnoseCreation(words);
  }
}

function condition(job: V1Job, type: string) {
  return job.status?.conditions?.find((one) => one.type === type && one.status === "True");
}

function isOver(job: V1Job): boolean {
  return condition(job, "Complete") !== undefined || condition(job, "Failed") !== undefined;
}

function hasSucceeded({ status, metadata }: V1Pod): boolean {
  return status?.phase === "Succeeded" && metadata?.deletionTimestamp === undefined;
}

/** Its program began; a container that could not be started has a made-up start in 1970. */
function hasRun(pod: V1Pod): boolean {
  const state = pod.status?.containerStatuses?.[0]?.state;
  if (state?.running) return true;
  return state?.terminated !== undefined && !/StartError|ContainerCannotRun/.test(state.terminated.reason ?? "");
}
