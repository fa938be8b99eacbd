import { basename } from "node:path";
import type { Load, Stage } from "../../../harness/plan.ts";
import { ImportError } from "../importError.ts";
import { type JsonObject, numberOf, objectOf, textOf, valueAt } from "../json/looseJson.ts";
import type { PointFiles } from "./aiperfFolders.ts";

export interface AiperfStage {
  readonly plan: Stage;
  readonly remarks: readonly string[];
}

/** Settings of one load, whatever the layout. */
interface Settings {
  readonly concurrency: number;
  readonly rate: number;
  readonly pattern: string;
  readonly requests: number;
  readonly seconds: number;
}

/** The load of one folder: from `input_config`, else from `run_config.json`, else from the folder's name. */
export function aiperfStage(point: PointFiles, points: number): AiperfStage {
  const settings = settingsOf(point);
  const { concurrency, rate, pattern } = settings;
  const stop: Stage["stop"] =
    settings.requests > 0 || !(settings.seconds > 0)
      ? { requests: Math.max(1, settings.requests || 1) }
      : { seconds: settings.seconds };
  if (rate > 0) {
    const limit = concurrency > 0 ? `, at most ${concurrency} in flight` : "";
    const known = pattern === "constant" || pattern === "poisson";
    const load: Load = { type: pattern === "constant" ? "constant" : "poisson", requestsPerSecond: rate };
    const name = `${pattern} ${Number(rate.toPrecision(4))}/s${limit}`;
    const remark = `stage "${name}" stands as random (Poisson) arrivals, which it is not`;
    return { plan: { name, load, stop }, remarks: known ? [] : [remark] };
  }
  if (concurrency > 0)
    return {
      plan: { name: `concurrency ${concurrency}`, load: { type: "concurrency", concurrency }, stop },
      remarks: [],
    };
  if (points === 1 && pattern === "fixed_schedule") {
    const total = numberOf(valueAt(point.summary, "request_throughput", "avg"));
    const load: Load = { type: "constant", requestsPerSecond: total > 0 ? total : 1 };
    return {
      plan: { name: "fixed schedule", load, stop },
      remarks: [
        `a schedule is no load of ours: it stands at ${total > 0 ? "its mean rate" : "1/s, which nobody measured"}`,
      ],
    };
  }
  throw new ImportError(
    point.folder,
    "tells no concurrency and no request rate (input_config of profile_export_aiperf.json)",
    "the copy is damaged, or aiperf is newer than 0.13: collect the run again",
  );
}

function settingsOf({ folder, summary, config }: PointFiles): Settings {
  const input = objectOf(summary?.input_config ?? valueAt(config, "cfg") ?? config);
  const phases = Array.isArray(input.phases) ? input.phases.map(objectOf) : [];
  const profiling = phases.find(({ kind, name }) => kind === "profiling" || name === "profiling") ?? phases.at(-1);
  if (profiling !== undefined) return ofPhase(profiling);
  const loadgen = objectOf(input.loadgen);
  if (Object.keys(loadgen).length > 0) return ofLoadgen(loadgen);
  const named = /^(concurrency|request_rate|rate)_([\d.]+)$/.exec(basename(folder));
  const value = Number(named?.[2]);
  const none = { pattern: "poisson", requests: Number.NaN, seconds: Number.NaN };
  return named?.[1] === "concurrency"
    ? { ...none, concurrency: value, rate: Number.NaN }
    : { ...none, concurrency: Number.NaN, rate: value };
}

/** From 2026 on: config/phases.py@0.12.0. */
function ofPhase(phase: JsonObject): Settings {
  return {
    concurrency: numberOf(phase.concurrency),
    rate: numberOf(phase.rate),
    pattern: textOf(phase.type) ?? "poisson",
    requests: numberOf(phase.requests),
    seconds: numberOf(phase.duration),
  };
}

/** 2025: common/config/loadgen_config.py@v0.1.1. Its default of a run without anything is one request at a time. */
function ofLoadgen(loadgen: JsonObject): Settings {
  return {
    concurrency: numberOf(loadgen.concurrency),
    rate: numberOf(loadgen.request_rate),
    pattern: textOf(loadgen.request_rate_mode) ?? "poisson",
    requests: numberOf(loadgen.request_count),
    seconds: numberOf(loadgen.benchmark_duration),
  };
}
