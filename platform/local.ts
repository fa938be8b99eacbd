import { type Platform, refuseGpu } from "./platform.ts";

/** This machine, without any cluster: simulated engines as child processes, and engines that exist already. */
export const local: Platform = {
  name: "local",
  gpus: [],
  gpuPlacement: (gpu) => refuseGpu("local", gpu),
  storage: { modelClass: null, resultsClass: null, modelAccessMode: "ReadWriteOnce" },
  podSecurity: { level: "restricted", runAsUser: null, fsGroup: null, note: "There are no pods." },
  monitoring: { kind: "none" },
  exposure: "none",
};
