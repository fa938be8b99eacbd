import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { mixedMigResource, platformOf } from "../../../platform/index.ts";
import { findGpu } from "../../../scenario/gpus.ts";
import type { PlatformName } from "../../../scenario/scenario.ts";
import { testConfig } from "./cluster.ts";

export interface GpuNode {
  readonly node: string;
  /** Takes labels and GPUs away again. */
  remove(): Promise<void>;
}

/**
 * Makes the first ready node look as if it had GPUs: the labels by which the platform finds them, and the capacity, which
 * the scheduler counts as it counts real ones. The kubelet keeps both; the capacity takes up to 10 s to become allocatable.
 * @param gpu a name of the catalogue  @param strategy how MIG slices are named; "mixed": a resource of their own
 */
export async function addGpus(
  platform: PlatformName,
  gpu: string,
  count: number,
  strategy: "single" | "mixed" = "single",
): Promise<GpuNode> {
  const core = testConfig().makeApiClient(CoreV1Api);
  const card = findGpu(gpu);
  if (card === undefined) throw new Error(`the catalogue has no GPU "${gpu}"`);
  const mixed = strategy === "mixed" ? mixedMigResource(card) : null;
  const labelled = mixed === null ? card : findGpu(card.mig?.parent ?? "");
  if (labelled === undefined) throw new Error(`"${gpu}" is no slice of a card of the catalogue`);
  const labels = platformOf(platform).gpuPlacement(labelled, count).nodeSelector;
  const resource = mixed ?? "nvidia.com/gpu";
  const node = await firstReadyNode(core);
  await patch(core, node, labels, { [resource]: String(count) });
  await until(`${count} ${resource} allocatable on ${node}`, async () => {
    const { status } = await core.readNode({ name: node });
    return status?.allocatable?.[resource] === String(count);
  });
  return {
    node,
    remove: async () => {
      const none = Object.fromEntries(Object.keys(labels).map((label) => [label, null]));
      await patch(core, node, none, { [resource]: null });
    },
  };
}

async function firstReadyNode(core: CoreV1Api): Promise<string> {
  const { items } = await core.listNode();
  const ready = items.find(({ metadata, status }) => {
    const isFake = metadata?.annotations?.["kwok.x-k8s.io/node"] !== undefined;
    return !isFake && status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  });
  if (ready?.metadata?.name === undefined) throw new Error("the cluster has no ready node");
  return ready.metadata.name;
}

type Changes = Readonly<Record<string, string | null>>;

async function patch(core: CoreV1Api, name: string, labels: Changes, capacity: Changes): Promise<void> {
  const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  await core.patchNode({ name, body: { metadata: { labels } } }, merge);
  // The kubelet makes allocatable follow capacity, but does not take away what is no longer in it.
  const isGone = Object.values(capacity).every((value) => value === null);
  const status = isGone ? { capacity, allocatable: capacity } : { capacity };
  await core.patchNodeStatus({ name, body: { status } }, merge);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not within 60 s: ${what}`);
    await sleep(500);
  }
}
