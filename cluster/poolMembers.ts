import type { V1Pod } from "@kubernetes/client-node";
import type { EngineWorkload } from "../manifests/kubernetesObject.ts";
import type { Cluster } from "./connection.ts";
import { type Diagnosis, patient } from "./diagnosis.ts";
import { isLeader } from "./leaderWorkerSet.ts";
import { isStatus } from "./noAnswer.ts";
import { podsOf } from "./observe.ts";
import { isUnknownKind } from "./workloadState.ts";

const poolApi = { apiVersion: "inference.networking.k8s.io/v1", kind: "InferencePool" } as const;

/**
 * Does the endpoint picker choose among these pods, all of them and no others? A pool whose selector matches nothing is
 * an error nowhere: it has no status of its own, and requests get 503, or go to pods of somebody else. null: it does, or
 * what it selects cannot be read.
 */
export async function poolProblem(
  cluster: Cluster,
  namespace: string,
  router: { readonly workload: EngineWorkload; readonly pods: readonly V1Pod[] },
  pods: readonly V1Pod[],
): Promise<Diagnosis | null> {
  const selector = (await selectorOfPool(cluster, namespace, router.workload.release)) ?? selectorOfPicker(router.pods);
  if (selector === null) return null;
  const selected = (await podsOf(cluster, namespace, selector)).filter(
    ({ metadata, status }) => !metadata?.deletionTimestamp && status?.phase === "Running",
  );
  return judgeMembers(selector, selected, pods);
}

/** The check itself, over plain data. Completes "the pool of pods ...". */
export function judgeMembers(selector: string, selected: readonly V1Pod[], pods: readonly V1Pod[]): Diagnosis | null {
  const has = (list: readonly V1Pod[], { metadata }: V1Pod) => list.some((one) => one.metadata?.uid === metadata?.uid);
  const wanted = pods.filter(isLeader);
  const missing = wanted.filter((pod) => !has(selected, pod));
  if (missing.length > 0) {
    const labels = Object.entries(missing[0]?.metadata?.labels ?? {}).map(([key, value]) => `${key}=${value}`);
    return {
      ...patient(15),
      state: "refused",
      message: `does not hold pod ${missing[0]?.metadata?.name} (${missing.length} of ${wanted.length} of the model's): it selects ${selector}, the pod has ${labels.join(",")}`,
      next: "run up again, which sets the pool's labels to those of the pods; with charts of your own (llmd.charts), compare their selectors",
    };
  }
  const others = selected.filter((pod) => !has(pods, pod));
  if (others.length === 0) return null;
  return {
    ...patient(60),
    state: "refused",
    message: `holds pod ${others[0]?.metadata?.name} as well, which is not of this model: it selects ${selector}`,
    next: "requests would go to that pod too: take these labels off it, or use another namespace (cluster.namespace)",
  };
}

async function selectorOfPool(cluster: Cluster, namespace: string, name: string | null): Promise<string | null> {
  if (name === null) return null;
  try {
    const pool = (await cluster.objects.read({ ...poolApi, metadata: { name, namespace } })) as {
      readonly spec?: { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } };
    };
    const labels = Object.entries(pool.spec?.selector?.matchLabels ?? {});
    return labels.map(([key, value]) => `${key}=${value}`).join(",");
  } catch (error) {
    // A picker with a proxy of its own has no pool; who may not read pools must not fail for that.
    if (isStatus(error, 403, 404) || isUnknownKind(error)) return null;
    throw error;
  }
}

/** A picker without a pool is told by its arguments which pods to choose among. */
function selectorOfPicker(pods: readonly V1Pod[]): string | null {
  for (const { args = [] } of pods.flatMap(({ spec }) => spec?.containers ?? [])) {
    const at = args.findIndex((arg) => /^--?endpoint-selector(=|$)/.test(arg));
    if (at < 0) continue;
    const value = args[at]?.includes("=") ? args[at].replace(/^[^=]*=/, "") : args[at + 1];
    if (value) return value;
  }
  return null;
}
