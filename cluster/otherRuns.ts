import { setTimeout as sleep } from "node:timers/promises";
import type { V1Job } from "@kubernetes/client-node";
import { labelKeys, labelValue } from "../manifests/labels.ts";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { isStatus } from "./noAnswer.ts";
import { podsOf } from "./observe.ts";
import { refusal } from "./outage.ts";

/** A pod is asked to stop, killed 60 s later (harnessJob.ts), and its end then has to reach the API server. */
const endSeconds = 90;

/**
 * Ends harness Jobs of this stack that are still active and not among `keepJobs`: what an interrupted `up` left, or a run
 * that the changed scenario does not mean any more. Its load would be in the next run's numbers. Resolves when their pods
 * are gone; a ClusterError when they do not go.
 */
export async function stopOtherRuns(
  cluster: Cluster,
  namespaces: readonly string[],
  stack: string,
  keepJobs: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const selector = `${labelKeys.component}=harness,${labelKeys.stack}=${labelValue(stack)}`;
  for (const namespace of new Set(namespaces)) {
    try {
      const { items } = await cluster.batch.listNamespacedJob({ namespace, labelSelector: selector });
      const others = items.filter((job) => isActive(job) && !keepJobs.includes(nameOf(job)));
      for (const job of others) {
        say(`stopping Job ${nameOf(job)}, which is not planned any more`);
        await remove(cluster, namespace, nameOf(job));
      }
      for (const job of others) await untilEnded(cluster, namespace, job, { removed: true });
    } catch (error) {
      // A namespace that is not there yet has no runs.
      if (!isStatus(error, 404)) throw refusal(error, `looking for earlier runs in namespace ${namespace}`);
    }
  }
}

/**
 * Nothing of a run that is over for us goes on: its Job is deleted where it is still active (a load generator that hangs,
 * inference-perf#609; a pod that could not start and may yet), and its pods are awaited. A ClusterError when they do not go.
 */
export async function stopRun(
  cluster: Cluster,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  say: (line: string) => void,
): Promise<void> {
  try {
    const job = await cluster.batch.readNamespacedJob({ namespace, name });
    if (isActive(job)) {
      say(`stopping Job ${name}, which is still active`);
      await remove(cluster, namespace, name);
    }
    await untilEnded(cluster, namespace, job, { removed: isActive(job) });
  } catch (error) {
    if (!isStatus(error, 404)) throw refusal(error, `stopping Job ${name} in namespace ${namespace}`);
  }
}

async function remove(cluster: Cluster, namespace: string, name: string): Promise<void> {
  try {
    // Foreground: the Job stays until its pods are gone, so that a crash of ours in between forgets nothing.
    await cluster.batch.deleteNamespacedJob({ namespace, name, propagationPolicy: "Foreground" });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

/** @param removed the Job too: one just made may have no pod yet and get it a moment later, until it is gone itself */
async function untilEnded(
  cluster: Cluster,
  namespace: string,
  job: V1Job,
  { removed }: { readonly removed: boolean },
): Promise<void> {
  const selector = `batch.kubernetes.io/controller-uid=${job.metadata?.uid}`;
  const deadline = Date.now() + endSeconds * 1000;
  for (;;) {
    const pods = await podsOf(cluster, namespace, selector);
    const [running] = pods.filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed");
    const late = Date.now() > deadline;
    if (running === undefined && (!removed || late || !(await isThere(cluster, namespace, job)))) return;
    if (running !== undefined && late) {
      throw new ClusterError(
        `pod ${running.metadata?.name} of a run that is over does not end (${endSeconds} s), and its load would be in the next run's numbers`,
        `look at its node ${running.spec?.nodeName ?? ""}; if that is gone: kubectl delete pod --force -n ${namespace} ${running.metadata?.name}`,
      );
    }
    await sleep(1000);
  }
}

async function isThere(cluster: Cluster, namespace: string, job: V1Job): Promise<boolean> {
  try {
    const { metadata } = await cluster.batch.readNamespacedJob({ namespace, name: nameOf(job) });
    return metadata?.uid === job.metadata?.uid;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

function isActive(job: V1Job): boolean {
  return !job.status?.conditions?.some(
    ({ type, status }) => status === "True" && (type === "Complete" || type === "Failed"),
  );
}

function nameOf(job: V1Job): string {
  return job.metadata?.name ?? "";
}
