import type { Load, Stage } from "../../../harness/plan.ts";
import type { RequestColumns, StageWindow } from "../../run.ts";
import { collectAgain, ImportError } from "../importError.ts";
import { numberOf, objectOf, textOf, valueAt } from "../json/looseJson.ts";
import { windowOfRows } from "../windowOfRows.ts";

export interface StageConfig {
  readonly plan: Stage;
  /** Unix seconds; null where nothing was cut off as warm-up or cool-down. */
  readonly measured: readonly [number, number] | null;
  readonly remarks: readonly string[];
}

/** One benchmark: one strategy of its profile (guidellm/scheduler/strategies.py, v0.5.4 to v0.8.1). */
export function guidellmStage(file: string, benchmark: unknown, index: number): StageConfig {
  const strategy = objectOf(valueAt(benchmark, "config", "strategy"));
  const type = textOf(strategy.type_);
  const number = (key: string) => {
    const value = numberOf(strategy[key]);
    return value > 0 ? value : null;
  };
  const needed = (key: string) => {
    const value = number(key);
    if (value !== null) return value;
    throw new ImportError(file, `benchmarks[${index}].config.strategy has no ${key} (type_ ${type})`, collectAgain);
  };
  if (type === null) throw new ImportError(file, `benchmarks[${index}].config.strategy has no type_`, collectAgain);
  const limit = number("max_concurrency");
  const { name, load, remark } = ((): { name: string; load: Load; remark?: string } => {
    switch (type) {
      case "synchronous":
        return { name: "synchronous", load: { type: "concurrency", concurrency: 1 } };
      case "concurrent": {
        const concurrency = needed("streams");
        return { name: `concurrency ${concurrency}`, load: { type: "concurrency", concurrency } };
      }
      case "throughput":
        return {
          name: "throughput",
          load: { type: "concurrency", concurrency: limit ?? Math.max(1, totalOf(benchmark)) },
          remark:
            'stage "throughput" sends as much as its limit of concurrency allows, and fewer requests may ever be in flight',
        };
      case "constant":
      case "poisson": {
        const requestsPerSecond = needed("rate");
        return { name: `${type} ${rounded(requestsPerSecond)}/s`, load: { type, requestsPerSecond } };
      }
      default: {
        const seconds = numberOf(objectOf(benchmark).duration);
        const mean = totalOf(benchmark) / seconds;
        const known = mean > 0 && Number.isFinite(mean);
        return {
          name: type,
          load: { type: "constant", requestsPerSecond: known ? mean : 1 },
          remark: `stage "${type}" has no load of ours: it stands at ${known ? "the mean rate of its requests" : "1/s, which nobody measured"}`,
        };
      }
    }
  })();
  return {
    plan: { name, load, stop: stopOf(benchmark) },
    measured: measuredWindow(benchmark),
    remarks: remark === undefined ? [] : [remark],
  };
}

export function guidellmWindow(
  stage: StageConfig,
  columns: RequestColumns,
  index: number,
  zeroMs: number,
): StageWindow {
  const [from, until] = stage.measured ?? [Number.NaN, Number.NaN];
  const trimmed = stage.measured && {
    startMs: Math.max(0, from * 1000 - zeroMs),
    endMs: Math.max(0, until * 1000 - zeroMs),
  };
  return windowOfRows(stage.plan, columns, index, trimmed);
}

function measuredWindow(benchmark: unknown): readonly [number, number] | null {
  const { warmup_duration, cooldown_duration, scheduler_metrics } = objectOf(benchmark);
  if (!(numberOf(warmup_duration) > 0 || numberOf(cooldown_duration) > 0)) return null;
  const from = numberOf(valueAt(scheduler_metrics, "measure_start_time"));
  const until = numberOf(valueAt(scheduler_metrics, "measure_end_time"));
  return until >= from ? [from, until] : null;
}

/** `max_requests` and `max_duration`; a value is one number, or one for each benchmark. Both set: the time limit is the one that cuts. */
function stopOf(benchmark: unknown): Stage["stop"] {
  const constraints = valueAt(benchmark, "config", "constraints");
  const value = (name: string, ...keys: string[]) => {
    const one = objectOf(objectOf(constraints)[name]);
    const at = Math.max(0, numberOf(one.current_index) || 0);
    const found = [...keys.map((key) => valueAt(one, "args", key)), ...keys.map((key) => one[key])];
    const set = found.find((any) => any !== undefined && any !== null);
    const number = numberOf(Array.isArray(set) ? (set[at] ?? set.at(-1)) : set);
    return number > 0 ? number : null;
  };
  const requests = value("max_requests", "count", "max_num") ?? value("max_number", "max_num");
  const seconds = value("max_duration", "seconds", "max_duration") ?? value("max_seconds", "max_duration", "seconds");
  // With both, whichever came first ended it: the count, when that many have been made.
  if (requests !== null && (seconds === null || totalOf(benchmark) >= requests)) return { requests };
  if (seconds !== null) return { seconds };
  return { requests: Math.max(1, totalOf(benchmark)) };
}

function totalOf(benchmark: unknown): number {
  return numberOf(valueAt(benchmark, "scheduler_metrics", "requests_made", "total")) || 0;
}

function rounded(rate: number): number {
  return Number(rate.toPrecision(4));
}
