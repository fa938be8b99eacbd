import type { StageAnalysis, SystemAnalysis } from "../analysis.ts";
import { loadNames } from "../loadName.ts";

/** Numbers that nobody here computed: said beside each table and figure that shows them. None where all are ours. */
export function takenText({ stages }: Pick<SystemAnalysis, "stages">): string[] {
  const taken = new Map<string, StageAnalysis[]>();
  for (const stage of stages) {
    if (stage.taken !== undefined) taken.set(stage.taken, [...(taken.get(stage.taken) ?? []), stage]);
  }
  return [...taken].map(([harness, own]) => {
    const where = own.length === stages.length ? "all loads" : loadNames(own);
    return `taken: the numbers at ${where} are ${harness}'s own, unchanged and by its definitions; there are no request rows`;
  });
}
