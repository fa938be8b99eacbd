import type { SystemAnalysis } from "../analysis.ts";
import { loadNames } from "../loadName.ts";
import { objectiveText } from "../write/objectives.ts";
import type { GateCheck } from "./gate.ts";
import { pairStages, type StagePair } from "./pairs.ts";

/**
 * An objective that a load met before and misses now is a regression, however small the change. One that was missed before
 * too is none: a sweep goes past the limits on purpose.
 */
export function objectiveChecks(base: SystemAnalysis, mine: SystemAnalysis): GateCheck[] {
  const slo = mine.slo;
  if (slo === null) return [];
  const pairs = pairStages(base, mine);
  return slo.targets.map((target, index): GateCheck => {
    const common = { kind: "objective", name: objectiveText(target) } as const;
    const of = (from: string, to: string) =>
      pairs.filter(
        (pair) => before(base, pair, index) === from && slo.stages[pair.index]?.results[index]?.verdict === to,
      );
    const broken = of("pass", "fail");
    if (broken.length > 0)
      return {
        ...common,
        outcome: "fail",
        text: `${common.name} was met before and is missed now at ${names(broken)}${values(broken, mine, index)}`,
      };
    const unclear = [
      ...said(of("pass", "unsure"), "was met before and cannot be told now"),
      ...said(of("unsure", "fail"), "could not be told before and is missed now"),
      ...said(of("absent", "fail"), "is missed, and the baseline has no such load,"),
    ];
    if (unclear.length > 0) return { ...common, outcome: "warning", text: `${common.name} ${unclear.join("; it ")}` };
    const missed = of("fail", "fail");
    const rest =
      missed.length === 0 ? "is missed at no load that met it before" : `is missed at ${names(missed)}, as before`;
    return { ...common, outcome: "pass", text: `${common.name} ${rest}` };
  });
}

function before(base: SystemAnalysis, { baseIndex }: StagePair, target: number): string {
  return base.slo?.stages[baseIndex]?.results[target]?.verdict ?? "absent";
}

function said(pairs: readonly StagePair[], words: string): string[] {
  return pairs.length === 0 ? [] : [`${words} at ${names(pairs)}`];
}

function names(pairs: readonly StagePair[]): string {
  return loadNames(pairs.map(({ mine }) => mine));
}

function values(pairs: readonly StagePair[], { slo }: SystemAnalysis, target: number): string {
  const measured = pairs.flatMap(({ index }) => slo?.stages[index]?.results[target]?.measured.value ?? []);
  return measured.length === 0 ? "" : ` (measured ${measured.map((value) => Number(value.toPrecision(4))).join(", ")})`;
}
