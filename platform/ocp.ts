import { gpusOf } from "../scenario/availability.ts";
import type { Gpu } from "../scenario/gpus.ts";
import { type GpuPlacement, type Platform, refuseGpu } from "./platform.ts";

/** OpenShift with NVIDIA's GPU operator, whose feature discovery labels the nodes. */
export const ocp: Platform = {
  name: "ocp",
  gpus: gpusOf("ocp"),
  gpuPlacement,
  storage: { modelClass: null, resultsClass: null, modelAccessMode: "ReadWriteOnce" },
  podSecurity: {
    level: "restricted",
    runAsUser: null,
    fsGroup: null,
    note: "OpenShift assigns a user id per namespace without an entry in /etc/passwd: set HOME and USER (vllm#44548).",
  },
  monitoring: { kind: "PodMonitor", apiVersion: "monitoring.coreos.com/v1" },
  exposure: "route",
};

function gpuPlacement(gpu: Gpu, count: number): GpuPlacement {
  if (!ocp.gpus.includes(gpu)) return refuseGpu("ocp", gpu);
  return {
    nodeSelector: { "nvidia.com/gpu.product": gpu.labels.gfd },
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    // MIG strategy "single": slices keep the plain name and the product label carries the profile. Under "mixed" it is mixedMigResource.
    resources: { "nvidia.com/gpu": String(count) },
    env: {},
  };
}

/** Resource name of a slice where the operator runs with MIG strategy "mixed"; null for a whole GPU. */
export function mixedMigResource(gpu: Gpu): string | null {
  return gpu.mig ? `nvidia.com/mig-${gpu.mig.profile}` : null;
}
