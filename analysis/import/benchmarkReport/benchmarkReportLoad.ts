import type { Load } from "../../../harness/plan.ts";
import { numberOf, textOf, valueAt } from "../json/looseJson.ts";

/** What sent the requests of one report, and how. */
export interface ReportedLoad {
  readonly tool: string | null;
  readonly toolVersion: string | null;
  /** null: the report does not number its stages. */
  readonly stage: number | null;
  readonly load: Load;
  /** Names the stage, and says so where the load is not known. */
  readonly name: string;
}

export function load02(document: unknown, requests: number): ReportedLoad {
  const at = (key: string) => valueAt(document, "scenario", "load", "standardized", key);
  const concurrency = numberOf(at("concurrency"));
  return {
    tool: textOf(at("tool")),
    toolVersion: textOf(at("tool_version")),
    stage: stageNumber(at("stage")),
    ...loadOf(at("rate_qps") === Number.POSITIVE_INFINITY ? AT_ONCE : numberOf(at("rate_qps")), concurrency, requests),
  };
}

/**
 * 0.1 keeps each harness's own settings: stages of inference-perf's `load` (its config.yaml), or the flags of vLLM's
 * benchmark (native_to_br0_1.py of llmd-benchmark-report 0.2.1).
 */
export function load01(document: unknown, requests: number, fileStage: number | null): ReportedLoad {
  const load = valueAt(document, "scenario", "load");
  const stage = stageNumber(valueAt(load, "metadata", "stage")) ?? fileStage;
  const args = valueAt(load, "args");
  const planned = valueAt(args, "load", "stages", String(stage ?? 0)) ?? stageAt(args, stage ?? 0);
  const flag = valueAt(args, "request_rate");
  const asked = flag === "inf" || flag === AT_ONCE ? AT_ONCE : numberOf(flag);
  const rate = first(numberOf(valueAt(planned, "rate")), asked);
  const concurrency = first(
    numberOf(valueAt(planned, "concurrency_level")),
    numberOf(valueAt(args, "max_concurrency")),
  );
  return { tool: textOf(valueAt(load, "name")), toolVersion: null, stage, ...loadOf(rate, concurrency, requests) };
}

function stageAt(args: unknown, index: number): unknown {
  const stages = valueAt(args, "load", "stages");
  return Array.isArray(stages) ? stages[index] : undefined;
}

/** vLLM's benchmark calls it a rate of inf. */
const AT_ONCE = Number.POSITIVE_INFINITY;

function first(...values: readonly number[]): number {
  return values.find((value) => value > 0) ?? Number.NaN;
}

function loadOf(rate: number, concurrency: number, requests: number): Pick<ReportedLoad, "load" | "name"> {
  // A rate with a concurrency is an open loop with a ceiling.
  if (rate > 0 && rate !== AT_ONCE) {
    return { load: { type: "constant", requestsPerSecond: rate }, name: `${rate}/s, arrivals not recorded` };
  }
  if (Number.isInteger(concurrency) && concurrency >= 1) {
    return { load: { type: "concurrency", concurrency }, name: `concurrency ${concurrency}` };
  }
  if (rate === AT_ONCE)
    return { load: { type: "concurrency", concurrency: Math.max(1, requests) }, name: "all at once" };
  // Of what is not known only this is certain: there were never more in flight.
  return { load: { type: "concurrency", concurrency: Math.max(1, requests) }, name: "load not recorded" };
}

function stageNumber(value: unknown): number | null {
  const number = numberOf(value);
  return Number.isInteger(number) && number >= 0 ? number : null;
}
