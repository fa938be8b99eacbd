import { join } from "node:path";
import type { V1Secret } from "@kubernetes/client-node";
import { kubeconfig, skipReason } from "./cluster.ts";
import type { ClusterCheckout } from "./clusterCheckout.ts";
import { loadImage } from "./nodeImage.ts";
import { objectsOf } from "./objectsOf.ts";

/** Why stacks of llm-d cannot be tested here; null: they can. */
export const noLlmd: string | null =
  kubeconfig === undefined
    ? skipReason
    : loadImage === undefined
      ? "LLMBENCH_TEST_LOAD_IMAGE names no command that loads an image"
      : null;

/** The stand-ins for llm-d's charts, as `llmd.charts` takes them. */
export const charts = join(import.meta.dirname, "charts");

/** A stack of one llm-d target on kind, small enough for a busy test machine. */
export const smallLlmd = {
  platform: "kind",
  gpu: "h100-80",
  model: "llama-8b",
  method: "llm-d",
  workload: "local",
  workloadOverrides: { "stages.concurrency": [2], "stages.seconds": 3 },
  harnessSettings: { cpu: 0.1, memory: "256Mi", pvcSize: "1Gi", waitTimeoutSeconds: 120 },
  engine: { cpu: 0.1, memory: "256Mi" },
  llmd: { charts, decode: { replicas: 2 } },
  cluster: { readyTimeoutSeconds: 120 },
  repetitions: 1,
};

/** Release -> its last revision and what became of it, as Helm's own records say. */
export async function releasesOf(
  checkout: ClusterCheckout,
): Promise<Record<string, [revision: number, status: string]>> {
  const secrets = await objectsOf<V1Secret>(checkout, "secrets", "owner=helm");
  const records = secrets.map(({ metadata }) => metadata?.labels ?? {});
  records.sort((a, b) => Number(a.version) - Number(b.version));
  return Object.fromEntries(
    records
      .map(({ name, version, status }) => [String(name), [Number(version), String(status)]] as const)
      .sort(([a], [b]) => a.localeCompare(b)),
  ) as Record<string, [number, string]>;
}
