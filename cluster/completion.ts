import { randomBytes } from "node:crypto";
import type { V1Job } from "@kubernetes/client-node";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { refusal } from "./outage.ts";
import { RunNeverBegan, waitForRun } from "./waitForRun.ts";

export interface CompletionWait {
  readonly deadlineSeconds: number;
  readonly signal: AbortSignal;
  readonly onDetail: (detail: string) => void;
}

/** Makes the Job that asks an engine for one token, awaits its end and removes it. A ClusterError: no token came, and why. */
export async function askForCompletion(cluster: Cluster, job: V1Job, options: CompletionWait): Promise<void> {
  // One that a killed call left may still be there.
  const name = `${job.metadata?.name}-${randomBytes(3).toString("hex")}`;
  const where = { name, namespace: job.metadata?.namespace ?? "default" };
  try {
    await cluster.batch.createNamespacedJob({
      namespace: where.namespace,
      body: { ...job, metadata: { ...job.metadata, name } },
    });
    await ended(cluster, where, options);
  } catch (error) {
    throw refusal(error, `asking for a completion in namespace ${where.namespace}`);
  } finally {
    await remove(cluster, where);
  }
}

async function ended(
  cluster: Cluster,
  where: { readonly name: string; readonly namespace: string },
  { deadlineSeconds, signal, onDetail }: CompletionWait,
): Promise<void> {
  let last = "";
  const onLine = (line: string) => {
    last = line.trim() || last;
    onDetail(`waits for a first completion: ${last}`);
  };
  const onPhase = (phase: string, detail: string | null) =>
    onDetail(`waits for a first completion: its pod is ${detail ?? phase}`);
  const end = await waitForRun(cluster, where, { deadlineSeconds, signal, onLine, onPhase }).catch((error) => {
    if (!(error instanceof RunNeverBegan)) throw error;
    throw new ClusterError(`its pods are ready, but the pod that asks for a completion ${error.message}`, error.next);
  });
  if (end.outcome === "succeeded") return;
  const said = end.log.trim().split("\n").at(-1) || last || end.reason || end.outcome;
  const [message, next] = splitAtNext(said);
  throw new ClusterError(`its pods are ready, but no completion comes through: ${message}`, next);
}

/** The program's last line has the cause and the next step. */
function splitAtNext(line: string): [string, string] {
  const at = line.lastIndexOf("; ");
  return at < 0 ? [line, "read the logs of the router and the gateway"] : [line.slice(0, at), line.slice(at + 2)];
}

/** Not worth failing for: it goes by itself some minutes after its end. */
async function remove(cluster: Cluster, where: { readonly name: string; readonly namespace: string }): Promise<void> {
  await cluster.batch.deleteNamespacedJob({ ...where, propagationPolicy: "Background" }).catch(() => {});
}
