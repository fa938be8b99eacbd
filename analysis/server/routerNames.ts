import type { Aliases } from "./metricNames.ts";

/**
 * Names of the endpoint picker of llm-d-router v0.9.0, which tells most of them under its own prefix and under that of
 * before, and of GAIE v1.5.0. Its disaggregation sidecar tells no metrics.
 */
const picker = (name: string): Aliases => [`llm_d_epp_${name}`, `inference_extension_${name}`];

export const routerCounters = {
  // Sums and counts of histograms; buckets are not kept.
  schedulingSum: picker("scheduler_e2e_duration_seconds_sum"),
  schedulingCount: picker("scheduler_e2e_duration_seconds_count"),
  /** With flow control only. */
  queueSum: picker("flow_control_request_queue_duration_seconds_sum"),
  queueCount: picker("flow_control_request_queue_duration_seconds_count"),
  prefixRatioSum: picker("prefix_indexer_hit_ratio_sum"),
  prefixRatioCount: picker("prefix_indexer_hit_ratio_count"),
} as const satisfies Readonly<Record<string, Aliases>>;

export const routerSaturation = picker("flow_control_pool_saturation");

/** By `decision_type`: which pods a request goes through. */
export const routerDecisions: Aliases = [
  "llm_d_epp_disagg_decision_total",
  "llm_d_inference_scheduler_disagg_decision_total",
  "llm_d_epp_pd_decision_total",
  "llm_d_inference_scheduler_pd_decision_total",
];
/** The decision of a request that one pod serves alone. */
export const undivided = "decode-only";
