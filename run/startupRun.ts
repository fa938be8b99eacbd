import type { Manifest } from "../analysis/run.ts";
import { ClusterError } from "../cluster/clusterError.ts";
import { readStartup } from "../cluster/startup.ts";
import type { EnginePods } from "../cluster/waitForEngine.ts";
import type { ClusterRecord, RunOutcome } from "./clusterRecord.ts";
import type { ClusterRunsArgs } from "./clusterRun.ts";
import type { PlannedRun } from "./plannedRun.ts";
import type { RunFolder } from "./runFolder.ts";
import { sameStart } from "./sameStart.ts";

/**
 * A run of nop: what the engine said and showed while it started. It is in the pod as long as that lives, so one that
 * stood before this `up` is read too, and the report says when it started.
 */
export async function startupRun(
  { scenario, cluster, driver }: ClusterRunsArgs,
  record: ClusterRecord,
  run: PlannedRun,
  folder: RunFolder,
  engine: EnginePods | null,
): Promise<Manifest> {
  const [pod] = engine ?? [];
  const namespace = scenario.cluster?.namespace ?? scenario.harness.namespace;
  const next = "look at it: kubectl get pods; then run again with --retry";
  if (pod === undefined) return record.failed(run, folder, new ClusterError("the engine has no pod", next));
  record.prepare(run, folder);
  const read = await readStartup(cluster, { name: pod.name, namespace }).catch((error: Error) => error);
  if (read instanceof Error)
    return record.failed(run, folder, new ClusterError(`pod ${pod.name} cannot be read: ${read.message}`, next));
  const other = sameStart(folder, run.runId, read.pod);
  if (other !== null) {
    const destroy = `an engine starts once per deployment: ./bench destroy ${scenario.stack}, then ./bench up ${scenario.stack} --retry`;
    return record.failed(run, folder, new ClusterError(`run ${other} is of this start of pod ${pod.name}`, destroy));
  }
  folder.write("results/vllm.log", read.log);
  folder.write("results/pod.json", JSON.stringify(read.pod, null, 2));
  folder.write("results/engine.json", JSON.stringify(read.engine, null, 2));
  const startedAt = new Date(read.pod.startedAt ?? Date.now());
  const endedAt = new Date(read.pod.readyAt ?? Date.now());
  const facts = await record.facts(run, folder, startedAt);
  if (startedAt < record.began)
    driver.warn(`the engine was there before: pod ${pod.name} started at ${startedAt.toISOString()}`);
  const times = read.restarts === 1 ? "once" : `${read.restarts} times`;
  const outcome: RunOutcome =
    read.restarts === 0
      ? { status: "complete", reason: null }
      : { status: "partial", reason: `the engine restarted ${times}; its log is of the last start` };
  return record.close(run, folder, outcome, { job: null, startedAt, endedAt, facts });
}
