import { type GpuPlacement, mixedMigResource, platformOf } from "../platform/index.ts";
import { findGpu } from "../scenario/gpus.ts";
import type { LlmdTarget, Scenario, StandaloneTarget } from "../scenario/scenario.ts";
import { clusterOf } from "./namespaces.ts";

/**
 * Where the pods of an engine may run and which GPUs they ask for. With MIG strategy "mixed" a slice is a resource of
 * its own (nvidia.com/mig-3g.40gb), and nodes keep the label of the whole card.
 */
export function gpuPlacement(scenario: Scenario, target: StandaloneTarget | LlmdTarget): GpuPlacement {
  const platform = platformOf(scenario.platform);
  const placement = platform.gpuPlacement(target.gpu, target.gpuCount);
  const resource = mixedMigResource(target.gpu);
  if (clusterOf(scenario).migStrategy !== "mixed" || target.gpu.mig === null || resource === null) return placement;
  const card = findGpu(target.gpu.mig.parent);
  if (card === undefined) throw new Error(`the catalogue has no card ${target.gpu.mig.parent}`);
  return {
    ...placement,
    nodeSelector: platform.gpuPlacement(card, target.gpuCount).nodeSelector,
    resources: { [resource]: String(target.gpuCount) },
  };
}
