import type { SystemAnalysis } from "./analysis.ts";

/** What a sentence about these systems must begin with wherever it is quoted: that it is simulated, that it is of no use. */
export function sentenceStamp(systems: readonly Pick<SystemAnalysis, "name" | "simulated" | "validity">[]): string {
  const simulated = systems.some((system) => system.simulated) ? "SIMULATED: " : "";
  const invalid = systems.filter(({ validity }) => validity.verdict === "invalid").map(({ name }) => name);
  if (invalid.length === 0) return simulated;
  return `${simulated}INVALID${systems.length === 1 ? "" : ` (${invalid.join(", ")})`}: `;
}
