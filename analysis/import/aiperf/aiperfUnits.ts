import { numberOf, objectOf, textOf } from "../json/looseJson.ts";

/** Names of units in aiperf's files (common/enums/metric_enums.py, 2025; the same words in 2026), to ms. */
const toMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  nanoseconds: 1e-6,
  us: 1e-3,
  microseconds: 1e-3,
  ms: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  seconds: 1000,
};

/** Factor to ms; NaN for a unit that is no time: nothing is taken for ms because it might be. */
export function msFactor(metric: unknown): number {
  return toMs[textOf(objectOf(metric).unit)?.toLowerCase() ?? ""] ?? Number.NaN;
}

/** A time of one request, in ms; NaN where there is none. */
export function timeMs(metric: unknown): number {
  return metric === undefined ? Number.NaN : numberOf(objectOf(metric).value) * msFactor(metric);
}
