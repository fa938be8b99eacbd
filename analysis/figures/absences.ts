import type { Analysis, StageAnalysis, SystemAnalysis } from "../analysis.ts";
import { missedFloor } from "../percentile.ts";
import { measured, type Quantity, stagesOnAxis } from "./curve.ts";
import type { LoadAxis } from "./loadAxis.ts";
import { loadText } from "./numberText.ts";

export interface Wanted {
  /** As the panels call it, e.g. "TTFT". */
  readonly label: string;
  readonly quantities: readonly Quantity[];
}

interface Absence {
  readonly system: string;
  readonly metric: string;
  readonly statistic: string;
  readonly where: string;
  readonly loads: string;
}

/** Sentences for what a figure wanted to draw and has no number for; equal gaps of several metrics and systems are told once. */
export function absences(analysis: Analysis, axis: LoadAxis, wanted: readonly Wanted[]): string[] {
  const found = analysis.systems.flatMap((system) =>
    wanted.flatMap(({ label, quantities }) => quantities.flatMap((quantity) => absence(axis, system, label, quantity))),
  );
  const merged = merge(found, (a) => `${a.statistic}|${a.system}|${a.where}`, "metric");
  const bySystem = merge(merged, (a) => `${a.statistic}|${a.metric}|${a.where}`, "system");
  const byStatistic = merge(bySystem, (a) => `${a.metric}|${a.system}|${a.where}`, "statistic");
  const labels = [...new Set(wanted.map((each) => each.label))].join(", ");
  const systems = [...new Set(analysis.systems.map((system) => system.name))].join(", ");
  return byStatistic.map((each) => {
    const whose = each.system === systems ? "" : `${each.system}: `;
    const what =
      each.statistic === ""
        ? each.metric
        : each.metric === labels
          ? each.statistic
          : `${each.statistic} of ${each.metric}`;
    return `${whose}${what} not shown at ${each.loads}`;
  });
}

/** Loads of one quantity without a value, grouped by the reason; the requests behind each stand beside the load. */
function absence(axis: LoadAxis, system: SystemAnalysis, metric: string, quantity: Quantity): Absence[] {
  const byReason = new Map<string | number, StageAnalysis[]>();
  for (const stage of stagesOnAxis(axis, system)) {
    const number = measured(stage.pooled, quantity);
    if (number.value !== null) continue;
    const reason = missedFloor(number.reason) ?? number.reason;
    byReason.set(reason, [...(byReason.get(reason) ?? []), stage]);
  }
  return [...byReason].map(([reason, stages]) => {
    const counts =
      quantity.statistic === undefined ? [] : stages.flatMap((stage) => stage.pooled[quantity.metric].n ?? []);
    const loads = axis.name(loadList(stages.map((stage) => stage.load)));
    const text = typeof reason === "string" ? `${loads}: ${reason}` : `${loads}: ${range(counts)} < ${reason}`;
    const key = typeof reason === "string" ? text : `${loads}: needs ${reason}`;
    return { system: system.name, metric, statistic: quantity.statistic ?? "", where: key, loads: text };
  });
}

function merge(items: readonly Absence[], key: (item: Absence) => string, field: "metric" | "system" | "statistic") {
  const groups = new Map<string, Absence>();
  for (const item of items) {
    const before = groups.get(key(item));
    const names = new Set(before === undefined ? [] : before[field].split(", "));
    names.add(item[field]);
    const listed = field === "statistic" ? [...names].sort(byRank) : [...names];
    groups.set(key(item), { ...(before ?? item), [field]: listed.join(", ") });
  }
  return [...groups.values()];
}

/** p5, p50, p95, p99: by number, not by letter. */
const byRank = (a: string, b: string): number => Number(a.slice(1)) - Number(b.slice(1)) || a.localeCompare(b, "en");

const range = (counts: readonly number[]): string => {
  const low = Math.min(...counts);
  const high = Math.max(...counts);
  return low === high ? `n = ${low}` : `n = ${low} to ${high}`;
};

/** "1, 2, 4", and for more than six "1 to 40 (37 loads)". */
export function loadList(loads: readonly number[]): string {
  const distinct = [...new Set(loads)];
  if (distinct.length <= 6) return distinct.map(loadText).join(", ");
  return `${loadText(distinct[0]!)} to ${loadText(distinct.at(-1)!)} (${distinct.length} loads)`;
}
