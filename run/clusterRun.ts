import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../analysis/run.ts";
import { ClusterError } from "../cluster/clusterError.ts";
import { collectFiles } from "../cluster/collectFiles.ts";
import type { Cluster } from "../cluster/connection.ts";
import { engineChange } from "../cluster/engineChange.ts";
import { type Facts, gatherFacts, writeFacts } from "../cluster/facts.ts";
import { isStatus } from "../cluster/noAnswer.ts";
import { stopRun } from "../cluster/otherRuns.ts";
import { throughOutage } from "../cluster/outage.ts";
import { withReader } from "../cluster/reader.ts";
import { readStartup } from "../cluster/startup.ts";
import type { EnginePods } from "../cluster/waitForEngine.ts";
import { type RunEnd, RunNeverBegan, waitForRun } from "../cluster/waitForRun.ts";
import { graceSeconds, jobDeadlineSeconds } from "../manifests/harnessJob.ts";
import { resultsMount, resultsPath } from "../manifests/names.ts";
import { readerPod } from "../manifests/readerPod.ts";
import type { StackManifests } from "../manifests/stackManifests.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { plannedSeconds, workloadOf } from "../workloads/index.ts";
import { writeApplied } from "./appliedManifests.ts";
import type { OnProgress } from "./benchmark.ts";
import { closeRun, readSummary } from "./closeRun.ts";
import { clusterMachine } from "./clusterMachine.ts";
import type { Driver } from "./driver.ts";
import { GroupFates } from "./groupFates.ts";
import { harnessLog } from "./harnessLog.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { writeRendered } from "./renderedReleases.ts";
import { runEnding } from "./runEnding.ts";
import type { RunFolder } from "./runFolder.ts";
import { sameStart } from "./sameStart.ts";

export interface ClusterRunsArgs {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  readonly manifests: StackManifests;
  readonly driver: Driver;
}

type Ending = { readonly status: Manifest["status"]; readonly reason: string | null };

/**
 * How long a Job is waited for: never less than itself allows, or results would be copied while they are written, and the
 * next run begin beside this one. After its deadline come its pod's grace and a controller that has other work.
 */
export function followSeconds(scenario: Scenario): number {
  return jobDeadlineSeconds(scenario) + graceSeconds + 120;
}

/** Of an API server that is away just when a run is to be stopped. */
const outageSeconds = 600;

/** The reader's image is on the node already, unless that is gone. */
const readerSeconds = 300;

/** The runs of a stack on a cluster, from the Job that somebody declared to the folder on this machine. */
export class ClusterRuns {
  readonly #args: ClusterRunsArgs;
  /** Of this `up`, and a minute for clocks that differ: what the cluster said since then is about why a run never began. */
  readonly #began = new Date(Date.now() - 60_000);
  readonly #groups = new GroupFates();

  constructor(args: ClusterRunsArgs) {
    this.#args = args;
  }

  /**
   * Follows a run's Job to its end and brings home what it left. null: interrupted; the Job goes on, and the next call
   * finds it. Throws a ClusterError when its load does not end at all, and when the cluster answers no more.
   */
  async follow(run: PlannedRun, folder: RunFolder, engine: EnginePods | null, onProgress: OnProgress) {
    const { scenario, cluster, manifests, driver } = this.#args;
    const { job, namespace } = manifests.runOf({ ...run, attempt: folder.attempt });
    const workload = workloadOf(scenario, run.target);
    const seconds = plannedSeconds(workload);
    const log = harnessLog(workload, (progress) => onProgress(progress, seconds));
    // Libraries that draw take a second to load; loaded now, the report is there a second sooner after the run.
    void import("./results.ts");
    const wait = (signal: AbortSignal): Promise<RunEnd> =>
      waitForRun(
        cluster,
        { namespace, name: job },
        {
          deadlineSeconds: followSeconds(scenario),
          signal,
          onLine: log.line,
          onPhase: (phase, detail) => {
            if (phase === "running") log.begun();
            if (phase !== "running" || detail !== null) driver.status(`${job}: ${detail ?? phase}`);
          },
        },
      );
    const others = this.#groups.signalOf(run);
    let end: RunEnd;
    try {
      end = await wait(others === null ? driver.signal : AbortSignal.any([driver.signal, others])).catch(
        async (error: Error) => {
          const stopped = others?.aborted && (error === others.reason || error.name === "AbortError");
          if (!stopped || driver.signal.aborted) throw error;
          // It had ended before: what it left is to be had.
          if (await this.#isOver(job, namespace)) return wait(driver.signal);
          throw others.reason;
        },
      );
    } catch (error) {
      if (driver.signal.aborted) {
        driver.say(`the run goes on in the cluster (Job ${job}); the next \`up\` waits for it, \`destroy\` ends it`);
        return null;
      }
      if (!(error instanceof RunNeverBegan)) throw error;
      this.#groups.neverBegan(run, error);
      const manifest = await this.failed(run, folder, error, job);
      // What kept its pod from starting may go away (an image that can be pulled at last): it would run beside the next.
      const left = await this.#stop({ namespace, name: job });
      if (left !== null) throw left;
      return manifest;
    } finally {
      log.stop();
    }
    const late = end.outcome === "deadline" ? await this.#stop({ namespace, name: job }) : null;
    const manifest = await this.collect(run, folder, engine, { ...end, log: log.kept(end.log) });
    // What was measured is kept; but nothing more can be, beside a load that does not end.
    if (late !== null) throw late;
    return manifest;
  }

  async #stop(job: { readonly namespace: string; readonly name: string }): Promise<ClusterError | null> {
    const { cluster, driver } = this.#args;
    const outage = {
      signal: driver.signal,
      patienceSeconds: outageSeconds,
      say: (line: string) => driver.status(line),
    };
    try {
      await throughOutage(cluster.identity, outage, () => stopRun(cluster, job, (line) => driver.say(line)));
      return null;
    } catch (error) {
      return problemOf(error);
    }
  }

  /** For `collect`: brings home a run that has ended. null: it has no Job, or that is still at work. */
  async collectEnded(run: PlannedRun, folder: RunFolder): Promise<Manifest | null> {
    const { manifests } = this.#args;
    const { job, namespace } = manifests.runOf({ ...run, attempt: folder.attempt });
    return (await this.#isOver(job, namespace)) ? await this.follow(run, folder, null, () => {}) : null;
  }

  async #isOver(name: string, namespace: string): Promise<boolean> {
    try {
      const { status } = await this.#args.cluster.batch.readNamespacedJob({ name, namespace });
      const isEnd = ({ type, status }: { type: string; status: string }) =>
        /^(Complete|Failed)$/.test(type) && status === "True";
      return status?.conditions?.some(isEnd) ?? false;
    } catch (error) {
      if (isStatus(error, 404)) return false;
      throw error;
    }
  }

  /**
   * A run of nop: what the engine said and showed while it started. It is in the pod as long as that lives, so one that
   * stood before this `up` is read too, and the report says when it started.
   */
  async readStartup(run: PlannedRun, folder: RunFolder, engine: EnginePods | null): Promise<Manifest> {
    const { scenario, cluster } = this.#args;
    const [pod] = engine ?? [];
    const namespace = scenario.cluster?.namespace ?? scenario.harness.namespace;
    const next = "look at it: kubectl get pods; then run again with --retry";
    if (pod === undefined) return this.failed(run, folder, new ClusterError("the engine has no pod", next));
    this.#prepare(run, folder);
    const read = await readStartup(cluster, { name: pod.name, namespace }).catch((error: Error) => error);
    if (read instanceof Error)
      return this.failed(run, folder, new ClusterError(`pod ${pod.name} cannot be read: ${read.message}`, next));
    const other = sameStart(folder, run.runId, read.pod);
    if (other !== null) {
      const destroy = `an engine starts once per deployment: ./bench destroy ${scenario.stack}, then ./bench up ${scenario.stack} --retry`;
      return this.failed(run, folder, new ClusterError(`run ${other} is of this start of pod ${pod.name}`, destroy));
    }
    folder.write("results/vllm.log", read.log);
    folder.write("results/pod.json", JSON.stringify(read.pod, null, 2));
    folder.write("results/engine.json", JSON.stringify(read.engine, null, 2));
    const startedAt = new Date(read.pod.startedAt ?? Date.now());
    const endedAt = new Date(read.pod.readyAt ?? Date.now());
    const facts = await this.#facts(run, folder, startedAt);
    if (startedAt < this.#began)
      this.#args.driver.warn(`the engine was there before: pod ${pod.name} started at ${startedAt.toISOString()}`);
    const times = read.restarts === 1 ? "once" : `${read.restarts} times`;
    const ending: Ending =
      read.restarts === 0
        ? { status: "complete", reason: null }
        : { status: "partial", reason: `the engine restarted ${times}; its log is of the last start` };
    return this.#close(run, folder, ending, { job: null, startedAt, endedAt, facts });
  }

  /** A run that never began: what the cluster knows about why is kept in its folder. */
  async failed(run: PlannedRun, folder: RunFolder, error: ClusterError, job: string | null = null): Promise<Manifest> {
    const now = new Date();
    this.#prepare(run, folder);
    const facts = await this.#facts(run, folder, this.#began);
    const reason = `${error.message}; ${error.next}`;
    return this.#close(run, folder, { status: "failed", reason }, { job, startedAt: now, endedAt: now, facts });
  }

  /** Brings home what a run left in the results claim, and what the cluster knows about it; then closes its folder. */
  async collect(run: PlannedRun, folder: RunFolder, engine: EnginePods | null, end: RunEnd): Promise<Manifest> {
    const { scenario, cluster, manifests, driver } = this.#args;
    const { job, namespace } = manifests.runOf({ ...run, attempt: folder.attempt });
    const startedAt = end.startedAt === null ? new Date() : new Date(end.startedAt);
    this.#prepare(run, folder);
    const owner = await this.#ownerOf(job, namespace);
    folder.write("results/pod_log_response.txt", end.log);
    const identity = { runId: run.runId, attempt: folder.attempt };
    const copying = withReader(
      cluster,
      readerPod(scenario, identity, owner, end.pod?.node ?? null),
      { deadlineSeconds: readerSeconds, signal: driver.signal },
      (reader) =>
        collectFiles(cluster, reader, `${resultsMount}/${resultsPath(scenario, identity)}`, folder.native, {
          signal: driver.signal,
          onProgress: ({ filesDone, files, bytesDone, bytes }) =>
            driver.status(
              `copying results: ${filesDone} of ${files} files, ${megabytes(bytesDone)} of ${megabytes(bytes)}`,
            ),
        }),
    ).then(
      () => null,
      (error) => problemOf(error),
    );
    const engineNamespace = scenario.cluster?.namespace ?? namespace;
    const [copyError, facts, change] = await Promise.all([
      copying,
      this.#facts(run, folder, startedAt),
      engineChange(cluster, engineNamespace, engine),
    ]);
    const own = scenario.harness.name === "llmbench";
    const ending = runEnding(end, copyError, {
      engine: change,
      harness: own ? (readSummary(folder)?.reason ?? null) : null,
      left: own ? null : leftResults(folder),
    });
    const endedAt = end.endedAt === null ? new Date() : new Date(end.endedAt);
    return this.#close(run, folder, ending, { job, startedAt, endedAt, facts });
  }

  /** null: the Job was deleted; its files are still in the claim. */
  async #ownerOf(name: string, namespace: string): Promise<{ name: string; uid: string } | null> {
    try {
      const { metadata } = await this.#args.cluster.batch.readNamespacedJob({ name, namespace });
      // With one that is on its way out the reader would go as well.
      return metadata?.deletionTimestamp ? null : { name, uid: metadata?.uid ?? "" };
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  }

  #prepare(run: PlannedRun, folder: RunFolder): void {
    for (const sub of ["results", "environment", "workload"]) mkdirSync(join(folder.path, sub), { recursive: true });
    writeApplied(this.#args.manifests, { ...run, attempt: folder.attempt }, folder);
  }

  async #facts(run: PlannedRun, folder: RunFolder, since: Date): Promise<Facts> {
    const { scenario, cluster, manifests } = this.#args;
    const engine = manifests.engines.find(({ target }) => target === run.target.name);
    const namespace = scenario.cluster?.namespace ?? scenario.harness.namespace;
    const objects = [...manifests.shared, ...(engine?.objects ?? [])];
    const rendered = writeRendered(cluster, namespace, scenario.stack, objects, folder);
    const facts = await gatherFacts(cluster, {
      namespaces: [...new Set([namespace, scenario.harness.namespace])],
      stack: scenario.stack,
      target: run.target.name,
      workloads: engine?.workloads ?? [],
      runId: run.runId,
      since,
    });
    writeFacts(facts, folder.path);
    await rendered;
    return facts;
  }

  #close(
    run: PlannedRun,
    folder: RunFolder,
    ending: Ending,
    { facts, ...rest }: { job: string | null; startedAt: Date; endedAt: Date; facts: Facts },
  ): Promise<Manifest> {
    return closeRun(this.#args.scenario, run, folder, {
      ...ending,
      ...rest,
      machine: clusterMachine(facts),
    });
  }
}

/** Did a harness that is not ours leave anything to read? */
function leftResults(folder: RunFolder): boolean {
  const others = ["engine.json", "pod_log_response.txt"];
  return existsSync(folder.native) && readdirSync(folder.native).some((name) => !others.includes(name));
}

/** A bug is no property of the cluster. */
function problemOf(error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  if ((error as Error).name === "AbortError") return new ClusterError("the copy was interrupted", "run `up` again");
  throw error;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
