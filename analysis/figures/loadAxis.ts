import type { Analysis, LoadType, StageAnalysis } from "../analysis.ts";
import { countsFromSending } from "../definitionsByHarness.ts";
import { textWidth } from "./fontMetrics.ts";
import { loadText } from "./numberText.ts";
import { logAxis, valueAxis } from "./valueAxis.ts";

/** Closed and open loops never share an axis: a concurrency is not a rate. */
export type LoadKind = "concurrency" | "rate";
export const loadKind = (type: LoadType): LoadKind => (type === "concurrency" ? "concurrency" : "rate");

export interface LoadAxis {
  readonly kind: LoadKind;
  readonly title: string;
  /** Word before a number: "concurrency 4", "4 requests/s". */
  readonly name: (load: string) => string;
  /** Where a latency begins: an open loop counts from the intended time, or a slow server would hide its own queue. */
  readonly begin: string;
  readonly log: boolean;
  readonly domain: readonly [number, number];
  /** Every load that was run on this axis, ascending. */
  readonly loads: readonly number[];
  /** Text of a tick in place of its number. */
  readonly tickText?: (load: number) => string;
}

/** The axis of all figures of one analysis: its kind is that of the first stage. Single loads get room on both sides. */
export function loadAxis(analysis: Analysis): LoadAxis {
  const stages = analysis.systems.flatMap((system) => system.stages);
  const kind = loadKind(stages[0]?.loadType ?? analysis.systems[0]?.loadType ?? "concurrency");
  const loads = [...new Set(stages.filter((s) => loadKind(s.loadType) === kind).map((s) => s.load))]
    .filter((load) => Number.isFinite(load) && load > 0)
    .sort((a, b) => a - b);
  const low = loads[0] ?? 1;
  const high = loads.at(-1) ?? 1;
  const log = kind === "concurrency" || high / low > 16;
  return {
    kind,
    title: kind === "concurrency" ? "concurrency (requests in flight)" : "offered rate (requests/s)",
    name: (load) => (kind === "concurrency" ? `concurrency ${load}` : `${load} requests/s`),
    begin: beginOf(kind, analysis),
    log,
    domain: log ? logDomain(low, high) : [0, high * 1.06],
    loads,
  };
}

/** What stands at a point must be said of the numbers that stand there: some harnesses keep no intended time. */
function beginOf(kind: LoadKind, { systems }: Analysis): string {
  const sending = systems.filter(({ harness }) => countsFromSending(harness));
  if (kind === "concurrency" || (sending.length > 0 && sending.length === systems.length)) return "sending a request";
  const names = [...new Set(sending.map(({ harness }) => harness?.split(" ")[0]))].join(", ");
  return `the intended time of a request${names === "" ? "" : ` (${names}: its sending)`}`;
}

/** An axis from 0 for what is no load of a stage: a demand, a speed, seconds. */
export function linearAxis(title: string, high: number): LoadAxis {
  const { ticks } = valueAxis([high], false);
  return {
    kind: "rate",
    title,
    name: (value) => value,
    begin: "",
    log: false,
    domain: [0, high * 1.03],
    loads: ticks.filter((tick) => tick <= high * 1.03),
  };
}

/** A log axis around values above 0. */
export function logarithmicAxis(title: string, values: readonly number[]): LoadAxis {
  const { domain, ticks } = logAxis(Math.min(...values), Math.max(...values));
  return { kind: "rate", title, name: (value) => value, begin: "", log: true, domain, loads: ticks };
}

function logDomain(low: number, high: number): readonly [number, number] {
  const margin = low === high ? 2 : (high / low) ** 0.06;
  return [low / margin, high * margin];
}

/** Of one system, what belongs on the axis; the rest is in the table only, and the caption says so. */
export const onAxis = (axis: LoadAxis, stage: StageAnalysis): boolean =>
  loadKind(stage.loadType) === axis.kind && axis.loads.includes(stage.load);

export function loadPosition(axis: LoadAxis, load: number, widthPx: number): number {
  const scale = axis.log ? Math.log : (x: number) => x;
  const [low, high] = axis.domain;
  return ((scale(load) - scale(low)) / (scale(high) - scale(low))) * widthPx;
}

/** Loads with a tick: all that were run where they shorten, else those at powers of two, else as many as fit. */
export function loadTicks(axis: LoadAxis, widthPx: number): number[] {
  const fits = (loads: readonly number[]) =>
    loads.every((load, i) => i === 0 || room(axis, loads[i - 1]!, load, widthPx) >= 8);
  if (fits(axis.loads)) return [...axis.loads];
  const powers = axis.log ? axis.loads.filter((load) => Number.isInteger(Math.log2(load))) : [];
  if (powers.length >= 3 && fits(powers)) return powers;
  const chosen: number[] = [];
  for (const load of axis.loads) {
    if (chosen.length === 0 || room(axis, chosen.at(-1)!, load, widthPx) >= 14) chosen.push(load);
  }
  return chosen;
}

function room(axis: LoadAxis, left: number, right: number, widthPx: number): number {
  const half = (load: number) => textWidth((axis.tickText ?? loadText)(load), 12) / 2;
  return loadPosition(axis, right, widthPx) - loadPosition(axis, left, widthPx) - half(left) - half(right);
}
