import { type Platform, refuseGpu } from "./platform.ts";

/** A cluster in containers on one machine, without GPUs: for trying out everything but the engine. */
export const kind: Platform = {
  name: "kind",
  gpus: [],
  gpuPlacement: (gpu) => refuseGpu("kind", gpu),
  storage: { modelClass: "standard", resultsClass: "standard", modelAccessMode: "ReadWriteOnce" },
  podSecurity: {
    level: "restricted",
    runAsUser: 1000,
    fsGroup: 1000,
    note: "Enforced when the namespace asks for it; ours does.",
  },
  monitoring: { kind: "none" },
  exposure: "port-forward",
};
