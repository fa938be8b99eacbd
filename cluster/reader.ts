import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { labelKeys } from "../manifests/labels.ts";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { type ExecOptions, exec } from "./exec.ts";
import { TransientExecError } from "./execErrors.ts";
import type { ExecTarget } from "./execFailure.ts";
import { ApiException, type V1Pod } from "./kubernetesClient.ts";
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

interface Where {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Creates the reader pod, lends it to `use` and deletes it whatever happens; a leftover of an interrupted call goes too.
 * Each reader has a name of its own: the kubelet finds a container to exec into by its pod's name alone, and for a moment
 * that would be the one of a reader that has just been deleted.
 * `use` is called at once: the first `execInReader` waits until the container runs, because the kubelet reports that up to
 * a second after one can exec into it.
 */
export async function withReader<T>(
  cluster: Cluster,
  pod: V1Pod,
  options: ReaderOptions,
  use: (reader: Reader) => Promise<T>,
): Promise<T> {
  const where = {
    namespace: pod.metadata?.namespace ?? "default",
    name: `${pod.metadata?.name}-${randomBytes(3).toString("hex")}`,
  };
  const startBy = Date.now() + options.deadlineSeconds * 1000;
  const named = { ...pod, metadata: { ...pod.metadata, name: where.name } };
  const [uid] = await Promise.all([
    create(cluster, named, where, options.signal),
    removeLeftovers(cluster, pod, where),
  ]);
  try {
    const container = pod.spec?.containers[0]?.name ?? "";
    const volume = pod.spec?.volumes?.find(({ persistentVolumeClaim }) => persistentVolumeClaim);
    const claim = volume?.persistentVolumeClaim?.claimName ?? "";
    return await use({ namespace: where.namespace, pod: where.name, container, claim, uid, startBy });
  } finally {
    await remove(cluster, where);
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

async function create(cluster: Cluster, pod: V1Pod, where: Where, signal: AbortSignal): Promise<string> {
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      const created = await cluster.core.createNamespacedPod({ namespace: where.namespace, body: pod });
      return created.metadata?.uid ?? "";
    } catch (error) {
      // An answer that was lost on its way: nobody else has this name.
      if (isStatus(error, 409)) return (await cluster.core.readNamespacedPod(where)).metadata?.uid ?? "";
      if (!isTransient(error) || ++failures === 5) throw notCreated(error, where);
      await sleep(500 * failures, undefined, { signal });
    }
  }
}

/** Readers of the same run; what cannot be listed or deleted ends at its own deadline. */
async function removeLeftovers(cluster: Cluster, pod: V1Pod, { namespace, name }: Where): Promise<void> {
  const { [labelKeys.component]: component, [labelKeys.run]: run } = pod.metadata?.labels ?? {};
  if (component === undefined || run === undefined) return;
  const labelSelector = `${labelKeys.component}=${component},${labelKeys.run}=${run}`;
  const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector }).catch(() => ({ items: [] }));
  const base = pod.metadata?.name ?? "";
  const left = items
    .flatMap(({ metadata }) => metadata?.name ?? [])
    .filter((one) => one !== name && one.startsWith(base));
  await Promise.all(left.map((one) => remove(cluster, { namespace, name: one })));
}

/** Not worth failing a collection for: the pod has a deadline of its own and goes with its Job. */
async function remove(cluster: Cluster, where: Where): Promise<void> {
  for (let tries = 1; tries <= 3; tries++) {
    try {
      await cluster.core.deleteNamespacedPod({ ...where, gracePeriodSeconds: 0 });
      return;
    } catch (error) {
      if (!isTransient(error)) return;
      await sleep(300 * tries);
    }
  }
}

function notCreated(error: unknown, { namespace, name }: Where): ClusterError {
  const why = error instanceof ApiException ? statusMessage(error) : String((error as Error).message);
  return new ClusterError(
    `the pod ${namespace}/${name} that is to read the results could not be created: ${why}`,
    "the results are still in their claim; remove the cause, then collect again",
    { cause: error },
  );
}
