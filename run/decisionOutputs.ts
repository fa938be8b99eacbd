import type { Measured, SystemAnalysis } from "../analysis/analysis.ts";

/** What a pipeline asks first: may the run be believed, up to which load do the objectives hold, what does it cost there? */
export function decisions(systems: readonly SystemAnalysis[], value: (measured: Measured) => number | null) {
  return Object.fromEntries(systems.map((system) => [system.name, decision(system, value)]));
}

function decision({ validity, slo, cost }: SystemAnalysis, value: (measured: Measured) => number | null) {
  if (slo === null) return { validity: validity.verdict, objectives: null };
  const { largestLoad } = slo;
  const passes = "passes" in largestLoad ? largestLoad.passes : null;
  const index = slo.stages.findIndex(({ load }) => load === passes);
  const stage = slo.stages[index];
  const at = cost.stages[index];
  return {
    validity: validity.verdict,
    objectives: {
      largestLoadThatPasses: passes,
      smallestLoadThatFails: "fails" in largestLoad ? largestLoad.fails : null,
      reason: largestLoad.kind === "unknown" ? largestLoad.reason : null,
      goodRequestsPerSecond: stage ? value(stage.goodRequestsPerSecond) : null,
      goodOutputTokensPerSecond: stage ? value(stage.goodOutputTokensPerSecond) : null,
      usdPerMillionGoodOutputTokens: at ? value(at.usdPerMillionGoodOutputTokens) : null,
    },
  };
}
