import { gpusOf } from "../scenario/availability.ts";
import type { Gpu } from "../scenario/gpus.ts";
import { type GpuPlacement, type Platform, refuseGpu } from "./platform.ts";

/** Google Kubernetes Engine, with GPU drivers managed by GKE. */
export const gke: Platform = {
  name: "gke",
  gpus: gpusOf("gke"),
  gpuPlacement,
  storage: {
    // Filestore (standard-rwx) is the only ReadWriteMany class, and bills 1 TiB at the least: not a default.
    modelClass: "premium-rwo",
    resultsClass: "standard-rwo",
    modelAccessMode: "ReadWriteOnce",
  },
  podSecurity: {
    level: "restricted",
    runAsUser: 1000,
    fsGroup: 1000,
    note: "GKE enforces no Pod Security Standard unless the namespace asks for one; ours does.",
  },
  // Managed Prometheus knows PodMonitoring only; a PodMonitor fails for want of its CRD (llm-d-benchmark#1766, #1783).
  monitoring: { kind: "PodMonitoring", apiVersion: "monitoring.googleapis.com/v1" },
  exposure: "port-forward",
};

function gpuPlacement(gpu: Gpu, count: number): GpuPlacement {
  const labels = gpu.labels.gke;
  if (labels === null) return refuseGpu("gke", gpu);
  return {
    nodeSelector: {
      "cloud.google.com/gke-accelerator": labels.accelerator,
      ...(labels.partition === null ? {} : { "cloud.google.com/gke-gpu-partition-size": labels.partition }),
    },
    // GKE adds this to pods that ask for a GPU, unless its admission plugin is off; saying it twice does no harm.
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    // A partition counts as one nvidia.com/gpu, also on nodes cut into slices.
    resources: { "nvidia.com/gpu": String(count) },
    // The node mounts driver libraries where images do not look (llm-d-benchmark#868).
    env: { LD_LIBRARY_PATH: "/usr/local/nvidia/lib64:/usr/local/cuda/lib64" },
  };
}
