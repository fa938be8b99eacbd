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
      if (run.harness !== twin.harness) differences.add(differentHarnesses(run, twin));
      if (run.simulated !== twin.simulated) differences.add("one is simulated, the other is not");
      for (const difference of planDifferences(run, twin)) differences.add(difference);
    }
    return [...differences].map((difference) => `${name} against ${baseName}: ${difference}`);
  });
}

/** A ratio between two harnesses is one of harnesses too: when each starts and stops its clock, and what it counts. */
function differentHarnesses({ harness: mine }: Run, { harness: theirs }: Run): string {
  return `the load came from ${mine} and ${theirs}, whose clocks and definitions differ: ratios are not of the systems alone (docs/harnesses.md)`;
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
