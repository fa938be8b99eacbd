import type { DataSource } from "../../harness/plan.ts";
import { outcomes } from "../../harness/recordFormat.ts";
import type { Run } from "../run.ts";

const OK = outcomes.indexOf("ok");

/** Share of prompt tokens that the workload itself repeats, 0..1; prompts from a file are taken to repeat nothing. */
export function expectedCachedShare(data: DataSource): number {
  if (data.type !== "synthetic" || data.sharedPrefix === null) return 0;
  const { inputTokens } = data;
  const mean =
    inputTokens.type === "fixed"
      ? inputTokens.value
      : inputTokens.type === "uniform"
        ? (inputTokens.min + inputTokens.max) / 2
        : inputTokens.mean;
  // Put before the prompt's own tokens, not part of them.
  return data.sharedPrefix.tokens / (data.sharedPrefix.tokens + mean);
}

/** Mean of the prompt lengths that were asked for, over successful requests; null where none was asked for. */
export function expectedPromptTokens(runs: readonly Run[]): number | null {
  let sum = 0;
  let count = 0;
  for (const { requests } of runs) {
    if (requests === null) continue;
    for (let row = 0; row < requests.length; row++) {
      const asked = requests.promptTokensAsked[row] as number;
      if (requests.outcome[row] !== OK || asked < 0) continue;
      sum += asked;
      count++;
    }
  }
  return count === 0 ? null : sum / count;
}
