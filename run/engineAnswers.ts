import { askForCompletion } from "../cluster/completion.ts";
import type { Cluster } from "../cluster/connection.ts";
import { gatewayAddress } from "../cluster/gatewayAddress.ts";
import type { StackManifests } from "../manifests/stackManifests.ts";

interface Reached {
  readonly cluster: Cluster;
  readonly manifests: StackManifests;
  readonly hosts: Map<string, string>;
}

interface Limits {
  readonly namespace: string;
  /** Of the Gateway's address; a completion has a limit of its own. */
  readonly deadlineSeconds: number;
  readonly signal: AbortSignal;
  readonly onDetail: (detail: string) => void;
}

/** For the pod of the completion to start and end, beyond what its Job allows it. */
const slackSeconds = 60;

/**
 * After the pods of an engine behind a router are ready: the address of its gateway, where only its status tells, and a
 * first completion through all of it. Pods that are ready say nothing about routes, pools and the way between them.
 */
export async function engineAnswers(
  { cluster, manifests, hosts }: Reached,
  target: string,
  { namespace, deadlineSeconds, signal, onDetail }: Limits,
): Promise<void> {
  const { gateway } = manifests.endpointOf(target);
  if (gateway !== undefined) {
    hosts.set(
      gateway,
      await gatewayAddress(cluster, namespace, gateway, { deadlineSeconds, signal, onWait: onDetail }),
    );
  }
  const job = manifests.completionOf(target);
  if (job === null) return;
  const jobSeconds = job.spec?.activeDeadlineSeconds ?? deadlineSeconds;
  await askForCompletion(cluster, job, { deadlineSeconds: jobSeconds + slackSeconds, signal, onDetail });
}
