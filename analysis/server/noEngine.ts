import type { Measured } from "../analysis.ts";
import type { Gauge, StageServer } from "./serverMetrics.ts";

const none: Measured = { value: null, reason: "no page of an engine was recorded" };
const noGauge: Gauge = { mean: none, max: none };

/** Where only a router or an exporter could be asked. */
export const noEngine: Omit<StageServer, "gpu"> = {
  ...{ pods: 0, samples: 0, resets: 0 },
  prefixCacheHitRate: none,
  kvCacheUse: noGauge,
  running: noGauge,
  waiting: noGauge,
  preemptions: none,
  promptTokens: none,
  outputTokens: none,
  queueSeconds: none,
  prefillSeconds: none,
  decodeSeconds: none,
  imbalance: none,
  cpuCores: none,
  memoryBytes: none,
};
