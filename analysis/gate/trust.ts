import type { SystemAnalysis } from "../analysis.ts";
import type { GateCheck } from "./gate.ts";

/** Whether the numbers of both sides may be believed; without that nothing after it means anything. */
export function trust(base: SystemAnalysis, mine: SystemAnalysis): GateCheck[] {
  return [validityCheck(base, "baseline"), validityCheck(mine, "new")];
}

function validityCheck({ validity: { verdict, findings } }: SystemAnalysis, side: string): GateCheck {
  const common = { kind: "trust", name: `validity of the ${side === "new" ? "new side" : side}` } as const;
  if (verdict !== "invalid") {
    const suspect = verdict === "suspect" ? "SUSPECT, its reasons are below" : "VALID";
    return { ...common, outcome: "pass", text: `the ${side} runs are ${suspect}` };
  }
  const reasons = findings.filter(({ severity }) => severity === "invalid").map(({ text }) => text);
  const why = reasons.length === 0 ? "" : `: ${reasons.join("; ")}`;
  return { ...common, outcome: "error", text: `the ${side} runs are INVALID${why}` };
}
