import { existsSync, readdirSync } from "node:fs";
import type { Manifest } from "../analysis/run.ts";
import { ClusterError } from "../cluster/clusterError.ts";
import { collectFiles } from "../cluster/collectFiles.ts";
import type { Cluster } from "../cluster/connection.ts";
import { engineChange } from "../cluster/engineChange.ts";
import { isStatus } from "../cluster/noAnswer.ts";
import { stopRun } from "../cluster/otherRuns.ts";
import { throughOutage } from "../cluster/outage.ts";
import { withReader } from "../cluster/reader.ts";
import type { EnginePods } from "../cluster/waitForEngine.ts";
import { type RunEnd, RunNeverBegan, waitForRun } from "../cluster/waitForRun.ts";
import { graceSeconds, jobDeadlineSeconds } from "../manifests/harnessJob.ts";
import { resultsMount, resultsPath } from "../manifests/names.ts";
import { readerPod } from "../manifests/readerPod.ts";
import type { StackManifests } from "../manifests/stackManifests.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { plannedSeconds, workloadOf } from "../workloads/index.ts";
import type { OnProgress } from "./benchmark.ts";
import { readSummary } from "./closeRun.ts";
import { ClusterRecord } from "./clusterRecord.ts";
import type { Driver } from "./driver.ts";
import { GroupFates } from "./groupFates.ts";
import { harnessLog } from "./harnessLog.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { runEnding } from "./runEnding.ts";
import type { RunFolder } from "./runFolder.ts";
import { startupRun } from "./startupRun.ts";

export interface ClusterRunsArgs {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  readonly manifests: StackManifests;
  readonly driver: Driver;
}

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
  readonly #record: ClusterRecord;
  readonly #groups = new GroupFates();

  constructor(args: ClusterRunsArgs) {
    this.#args = args;
    this.#record = new ClusterRecord(args);
  }

  /** A run that never began. */
  failed(run: PlannedRun, folder: RunFolder, error: ClusterError): Promise<Manifest> {
    return this.#record.failed(run, folder, error);
  }

  /** A run of nop. */
  readStartup(run: PlannedRun, folder: RunFolder, engine: EnginePods | null): Promise<Manifest> {
    return startupRun(this.#args, this.#record, run, folder, engine);
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
      const manifest = await this.#record.failed(run, folder, error, job);
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

  /** Brings home what a run left in the results claim, and what the cluster knows about it; then closes its folder. */
  async collect(run: PlannedRun, folder: RunFolder, engine: EnginePods | null, end: RunEnd): Promise<Manifest> {
    const { scenario, cluster, manifests, driver } = this.#args;
    const { job, namespace } = manifests.runOf({ ...run, attempt: folder.attempt });
    const startedAt = end.startedAt === null ? new Date() : new Date(end.startedAt);
    this.#record.prepare(run, folder);
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
      this.#record.facts(run, folder, startedAt),
      engineChange(cluster, engineNamespace, engine),
    ]);
    const own = scenario.harness.name === "llmbench";
    const outcome = runEnding(end, copyError, {
      engine: change,
      harness: own ? (readSummary(folder)?.reason ?? null) : null,
      left: own ? null : leftResults(folder),
    });
    const endedAt = end.endedAt === null ? new Date() : new Date(end.endedAt);
    return this.#record.close(run, folder, outcome, { job, startedAt, endedAt, facts });
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
