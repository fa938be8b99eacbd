import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../analysis/run.ts";
import type { ClusterError } from "../cluster/clusterError.ts";
import type { Cluster } from "../cluster/connection.ts";
import { type Facts, gatherFacts, writeFacts } from "../cluster/facts.ts";
import type { StackManifests } from "../manifests/stackManifests.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { writeApplied } from "./appliedManifests.ts";
import { closeRun } from "./closeRun.ts";
import { clusterMachine } from "./clusterMachine.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { writeRendered } from "./renderedReleases.ts";
import type { RunFolder } from "./runFolder.ts";

export interface RunOutcome {
  readonly status: Manifest["status"];
  readonly reason: string | null;
}

interface RecordedCluster {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  readonly manifests: StackManifests;
}

/** What is written beside a run's results: the objects that were applied, what the cluster knows, the manifest. */
export class ClusterRecord {
  readonly #args: RecordedCluster;
  /** Of this `up`, and a minute for clocks that differ: what the cluster said since then is about why a run never began. */
  readonly began = new Date(Date.now() - 60_000);

  constructor(args: RecordedCluster) {
    this.#args = args;
  }

  /** A run that never began: what the cluster knows about why is kept in its folder. */
  async failed(run: PlannedRun, folder: RunFolder, error: ClusterError, job: string | null = null): Promise<Manifest> {
    const now = new Date();
    this.prepare(run, folder);
    const facts = await this.facts(run, folder, this.began);
    const reason = `${error.message}; ${error.next}`;
    return this.close(run, folder, { status: "failed", reason }, { job, startedAt: now, endedAt: now, facts });
  }

  /** Makes its folders and writes what was applied. */
  prepare(run: PlannedRun, folder: RunFolder): void {
    for (const sub of ["results", "environment", "workload"]) mkdirSync(join(folder.path, sub), { recursive: true });
    writeApplied(this.#args.manifests, { ...run, attempt: folder.attempt }, folder);
  }

  /** @param since what happened before is of another run */
  async facts(run: PlannedRun, folder: RunFolder, since: Date): Promise<Facts> {
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

  /** Writes the manifest, last of all. */
  close(
    run: PlannedRun,
    folder: RunFolder,
    outcome: RunOutcome,
    { facts, ...rest }: { job: string | null; startedAt: Date; endedAt: Date; facts: Facts },
  ): Promise<Manifest> {
    return closeRun(this.#args.scenario, run, folder, {
      ...outcome,
      ...rest,
      machine: clusterMachine(facts),
    });
  }
}
