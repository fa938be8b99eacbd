import { isAlone } from "../aloneSystems.ts";
import type { Analysis } from "../analysis.ts";
import { onlyStarts } from "../starts.ts";

/** What a report can hold and this one does not, and why; what needs a second system is not missed. */
export function absentFigures(analysis: Analysis, drawn: readonly { readonly name: string }[]): string[] {
  const { systems } = analysis;
  if (onlyStarts(analysis) || systems.length === 0) return [];
  const names = new Set(drawn.map(({ name }) => name));
  const judged = systems.some(({ slo }) => slo !== null);
  const reasons: Readonly<Record<string, () => string>> = {
    goodput: () => (judged ? "no request could be judged alone by these objectives" : "no objectives were set"),
    tail: () =>
      systems.length > 1 ? "no load for which all systems have request rows" : "no request rows, or too few of them",
    pareto: () => "how many GPUs there are is not known, or no TPOT was measured",
    cost: () => {
      const hour = systems[0]!.cost.usdPerHour;
      return hour.value === null ? hour.reason : "no output tokens were measured";
    },
    timeline: () => "nothing was recorded of the engine over time",
    ...(systems.filter(isAlone).length < 2
      ? {}
      : {
          latency_comparison: () => "no load that all systems ran",
          throughput_comparison: () => "no load that all systems ran",
        }),
  };
  const titles: Readonly<Record<string, string>> = {
    goodput: "goodput",
    tail: "tail of latency",
    pareto: "yield against speed",
    cost: "cost",
    timeline: "the engine over time",
    latency_comparison: "latency at equal load",
    throughput_comparison: "throughput at equal load",
  };
  return Object.entries(reasons)
    .filter(([name]) => !names.has(name))
    .map(([name, reason]) => `${titles[name]} (${reason()})`);
}
