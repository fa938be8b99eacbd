import { readFileSync } from "node:fs";
import type { Measured } from "../../analysis.ts";
import { noEngine } from "../../server/noEngine.ts";
import type { ServerRecord, StageServer } from "../../server/serverMetrics.ts";
import { type JsonObject, numberOf, objectOf, valueAt } from "../json/looseJson.ts";
import { parsePythonJson } from "../json/pythonJson.ts";

const remarks = [
  "what inference-perf asked its Prometheus for is a mean over a stage with the idle time after it, and 0 also where a query failed " +
    "(inference-perf#428): 0 is taken for not known; preemptions and cache hits are means of counters since the engine's start, and left out",
];
const zero: Measured = { value: null, reason: "inference-perf wrote 0, as it does where its query failed" };
const absent: Measured = { value: null, reason: "inference-perf did not ask for it" };
const lifetime: Measured = { value: null, reason: "inference-perf tells a mean since the engine's start" };

/**
 * stage_<n>_prometheus_metrics.json: what inference-perf's own queries gave. Real files of 0.2 or 0.3; names of later
 * versions from their sources. null: none of them can be read.
 * @param files of each stage in the plan's order; null: there is none
 */
export function importPrometheus(files: readonly (string | null)[]): ServerRecord | null {
  const stages = files.map((file) => (file === null ? null : stageServer(read(file))));
  if (stages.every((stage) => stage === null)) return null;
  return { source: "inference-perf's Prometheus", stages, series: [], remarks };
}

/** No figure of the load rests on it, so a damaged one is as good as none. */
function read(file: string): JsonObject {
  try {
    return objectOf(valueAt(parsePythonJson(readFileSync(file, "utf8")), "successes"));
  } catch {
    return {};
  }
}

function stageServer(told: JsonObject): StageServer | null {
  if (Object.keys(told).length === 0) return null;
  const mean = (name: string, most = Number.POSITIVE_INFINITY): Measured => {
    const value = numberOf(valueAt(told, name, "mean"));
    if (value === 0) return zero;
    return value > 0 && value <= most ? { value } : absent;
  };
  const requests = numberOf(told.count);
  return {
    ...noEngine,
    // Called a percentage, and vLLM's own share of 0..1.
    kvCacheUse: { mean: mean("kv_cache_usage_percentage", 1), max: absent },
    running: { mean: mean("num_requests_running"), max: absent },
    waiting: { mean: mean("queue_len"), max: absent },
    preemptions: lifetime,
    prefixCacheHitRate: lifetime,
    queueSeconds: mean("request_queue_time"),
    prefillSeconds: mean("request_prefill_time"),
    decodeSeconds: mean("request_decode_time"),
    ttftSeconds: mean("time_to_first_token"),
    gpu: null,
    weights: { seconds: 1, lookups: 1, requests: requests > 0 ? requests : 1 },
  };
}
