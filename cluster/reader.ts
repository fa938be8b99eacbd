import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, type V1Pod } from "@kubernetes/client-node";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { type ExecOptions, type ExecTarget, exec } from "./exec.ts";
import { TransientExecError } from "./execErrors.ts";
import { isStatus, isTransient, statusMessage } from "./noAnswer.ts";
import { ReaderStart } from "./readerStart.ts";

/** A pod that mounts the claim with a run's files. */
export interface Reader extends ExecTarget {
  readonly claim: string;
  /** Uid of the pod: another one of the same name is not it. */
  readonly uid: string;
  /** Time (ms since 1970) by which its container must be running. */
  readonly startBy: number;
}

export interface ReaderOptions {
  /** From the pod's creation until its container runs. */
  readonly deadlineSeconds: number;
  readonly signal: AbortSignal;
}

/** A pod without grace is gone in a tenth of a second; on a node that does not answer it takes until that is noticed. */
const goneSeconds = 60;

/**
 * Creates the reader pod, lends it to `use` and deletes it whatever happens; a leftover of an interrupted call is replaced.
 * `use` is called at once: the first `execInReader` waits until the container runs, because the kubelet reports that up to
 * a second after one can exec into it.
 */
export async function withReader<T>(
  cluster: Cluster,
  pod: V1Pod,
  options: ReaderOptions,
  use: (reader: Reader) => Promise<T>,
): Promise<T> {
  const [namespace, name] = [pod.metadata?.namespace ?? "default", pod.metadata?.name ?? ""];
  const startBy = Date.now() + options.deadlineSeconds * 1000;
  const uid = await create(cluster, pod, namespace, name, options.signal);
  try {
    const container = pod.spec?.containers[0]?.name ?? "";
    const volume = pod.spec?.volumes?.find(({ persistentVolumeClaim }) => persistentVolumeClaim);
    const claim = volume?.persistentVolumeClaim?.claimName ?? "";
    return await use({ namespace, pod: name, container, claim, uid, startBy });
  } finally {
    await remove(cluster, namespace, name, uid);
  }
}

/** `exec` that waits, until `startBy`, for the reader's container to run. */
export async function execInReader(
  cluster: Cluster,
  reader: Reader,
  command: readonly string[],
  options: ExecOptions & { readonly signal: AbortSignal },
): Promise<Buffer> {
  const start = new ReaderStart(cluster, reader);
  for (let pauseMs = 50; ; pauseMs = Math.min(1000, pauseMs * 1.2)) {
    try {
      return await exec(cluster, reader, command, options);
    } catch (error) {
      if (!(error instanceof TransientExecError) || error.kind === "broken") throw error;
    }
    const problem = await start.problem();
    if (problem !== null) throw problem;
    await sleep(pauseMs, undefined, { signal: options.signal });
  }
}

async function create(
  cluster: Cluster,
  pod: V1Pod,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      const created = await cluster.core.createNamespacedPod({ namespace, body: pod });
      return created.metadata?.uid ?? "";
    } catch (error) {
      if (isStatus(error, 409)) await replaceLeftover(cluster, namespace, name, signal);
      else if (!isTransient(error) || ++failures === 5) throw notCreated(error, namespace, name);
      else await sleep(500 * failures, undefined, { signal });
    }
  }
}

async function replaceLeftover(cluster: Cluster, namespace: string, name: string, signal: AbortSignal): Promise<void> {
  const until = Date.now() + goneSeconds * 1000;
  await remove(cluster, namespace, name, null);
  while (Date.now() < until) {
    try {
      await cluster.core.readNamespacedPod({ namespace, name });
    } catch (error) {
      if (isStatus(error, 404)) return;
      if (!isTransient(error)) throw error;
    }
    await sleep(100, undefined, { signal });
  }
  throw new ClusterError(
    `pod ${namespace}/${name} of an earlier collection does not go away`,
    `see "kubectl -n ${namespace} describe pod ${name}"; if its node is lost, delete the pod with --force and collect again`,
  );
}

/** Not worth failing a collection for: the pod has a deadline of its own and goes with its Job. */
async function remove(cluster: Cluster, namespace: string, name: string, uid: string | null): Promise<void> {
  const body = { gracePeriodSeconds: 0, ...(uid === null ? {} : { preconditions: { uid } }) };
  for (let tries = 1; tries <= 3; tries++) {
    try {
      await cluster.core.deleteNamespacedPod({ namespace, name, body });
      return;
    } catch (error) {
      if (!isTransient(error)) return;
      await sleep(300 * tries);
    }
  }
}

function notCreated(error: unknown, namespace: string, name: string): ClusterError {
  const why = error instanceof ApiException ? statusMessage(error) : String((error as Error).message);
  return new ClusterError(
    `the pod ${namespace}/${name} that is to read the results could not be created: ${why}`,
    "the results are still in their claim; remove the cause, then collect again",
    { cause: error },
  );
}
