import type { Measured, SystemAnalysis } from "../analysis.ts";
import type { GroupShares } from "./interference.ts";
import type { MadeSystem } from "./interferenceOf.ts";

/** Who got which share of what a group answered: behind one gateway, how its capacity was divided. */
export function groupShares(together: readonly MadeSystem[]): GroupShares[] {
  const groups = new Map<string, SystemAnalysis[]>();
  for (const { system, runs } of together) {
    // Not by the runs' groups: a repetition that one of them lacks would part them.
    const [first] = runs;
    const key = JSON.stringify([first?.stack, [first?.target, ...(first?.loadedWith ?? [])].sort()]);
    groups.set(key, [...(groups.get(key) ?? []), system]);
  }
  return [...groups.values()].map(sharesOf);
}

function sharesOf(systems: readonly SystemAnalysis[]): GroupShares {
  const requests = systems.map(({ stages }) => answered(stages, (pooled) => ({ value: pooled.outcomes.ok })));
  const tokens = systems.map(({ stages }) =>
    answered(stages, ({ outputTokensPerSecond, windowSeconds }) =>
      outputTokensPerSecond.value === null
        ? outputTokensPerSecond
        : { value: outputTokensPerSecond.value * (windowSeconds ?? Number.NaN) },
    ),
  );
  return {
    systems: systems.map(({ name }, i) => ({
      system: name,
      requests: shareOf(requests, i),
      outputTokens: shareOf(tokens, i),
    })),
  };
}

function answered(
  stages: SystemAnalysis["stages"],
  of: (pooled: SystemAnalysis["stages"][number]["pooled"]) => Measured,
): Measured {
  const each = stages.filter(({ repetitions }) => repetitions.length > 0).map(({ pooled }) => of(pooled));
  const missing = each.find(({ value }) => value === null);
  if (missing !== undefined) return missing;
  const sum = each.reduce((total, { value }) => total + (value as number), 0);
  return Number.isNaN(sum) ? { value: null, reason: "the length of its windows is not known" } : { value: sum };
}

/** Of one part in all; unknown as soon as one of them is, since a share of the others would look like one of all. */
export function shareOf(parts: readonly Measured[], index: number): Measured {
  const missing = parts.find(({ value }) => value === null);
  if (missing !== undefined) return missing;
  const sum = parts.reduce((total, { value }) => total + (value as number), 0);
  if (sum === 0) return { value: null, reason: "there was none at all" };
  return { value: (parts[index]?.value as number) / sum };
}
