import { type BadConfig, cross, gke, local, single } from "./badConfig.ts";

export const criteria: readonly BadConfig[] = [
  single("objective with a typo", { ...local, slo: { tftMs: { p95: 200 } } }),
  single("percentile that no objective has", { ...local, slo: { ttftMs: { p90: 200 } } }),
  single("objective without a percentile", { ...local, slo: { ttftMs: 200 } }),
  single("limit of zero", { ...local, slo: { tpotMs: { p50: 0 } } }),
  single("limit with its unit", { ...local, slo: { tpotMs: { p50: "20ms" } } }),
  single("error rate in percent", { ...local, slo: { maxErrorRate: 5 } }),
  single("throughput of zero", { ...local, slo: { minOutputTokensPerSecond: 0 } }),
  single("objective at the top level", { ...local, maxErrorRate: 0.01 }),
  single("primary metric unknown", { ...local, comparison: { primary: "ttftMs" } }),
  single("margin of an unknown metric", { ...local, comparison: { margins: { throughput: 0.05 } } }),
  single("margin in percent", { ...local, comparison: { margins: { ttftP50Ms: 10 } } }),
  single("energy overhead below one", { ...local, cost: { pue: 0.9 } }),
  single("cost per hour negative", { ...local, cost: { extraUsdPerHour: -1 } }),
  single("cost key with a typo", { ...local, cost: { extraUsdPerHours: 1 } }),
  cross("an objective of no limit", { ...local, slo: { e2eMs: {} } }),
  cross("p95 below p50", { ...local, slo: { ttftMs: { p50: 200, p95: 100 } } }),
  cross("p99 below p50, p95 left out", { ...local, slo: { itlMs: { p50: 20, p99: 10 } } }),
  cross("objectives for a start-up", { ...gke, harness: "nop", slo: { ttftMs: { p50: 200 } } }),
];
