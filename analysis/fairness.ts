import type { Run } from "./run.ts";

/** Reasons why a comparison of these systems compares more than the systems; empty when prompts and parameters are the same. */
export function unfairness(systems: ReadonlyMap<string, readonly Run[]>): string[] {
  const [base, ...others] = systems;
  if (base === undefined) return [];
  const [baseName, baseRuns] = base;
  return others.flatMap(([name, runs]) => {
    const differences = new Set<string>();
    for (const run of runs) {
      const twin = baseRuns.find(({ repetition }) => repetition === run.repetition);
      if (twin === undefined) {
        differences.add(`repetition ${run.repetition} is missing for ${baseName}`);
        continue;
      }
      if (run.harness !== twin.harness) differences.add(`the load came from ${run.harness} and ${twin.harness}`);
      if (run.simulated !== twin.simulated) differences.add("one is simulated, the other is not");
      for (const difference of planDifferences(run, twin)) differences.add(difference);
    }
    return [...differences].map((difference) => `${name} against ${baseName}: ${difference}`);
  });
}

function planDifferences({ plan: mine }: Run, { plan: theirs }: Run): string[] {
  if (mine === null || theirs === null) return [];
  const keys = ["seed", "api", "stream", "ignoreEos", "extraBody", "data", "stages"] as const;
  return keys
    .filter((key) => JSON.stringify(mine[key]) !== JSON.stringify(theirs[key]))
    .map((key) =>
      key === "seed" ? `prompts differ (seeds ${mine.seed} and ${theirs.seed})` : `"${key}" of the plan differs`,
    );
}
