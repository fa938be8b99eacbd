import type { Scenario, Target } from "../scenario/scenario.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";
import type { PlannedStage } from "./adapter.ts";

/** A chat template, and a tokenizer that counts a few tokens more than was asked for. */
const SLACK_TOKENS = 64;

export interface ForeignLoad {
  readonly name: string;
  readonly stages: readonly PlannedStage[];
  /** null: it cannot be known before. */
  readonly longest: { readonly input: number; readonly output: number } | null;
}

/** Can the engine serve what another harness will send, within the time allowed? Throws ScenarioError. */
export function checkForeignWorkload(
  scenario: Scenario,
  target: Target,
  { name, stages, longest }: ForeignLoad,
  file: string,
): void {
  if (target.method !== "existing" && longest !== null) {
    const needed = longest.input + longest.output + SLACK_TOKENS;
    const { maxModelLen } = target.engine;
    if (needed > maxModelLen)
      throw new ScenarioError([
        new UserError({
          key: "engine.maxModelLen",
          value: maxModelLen,
          allowed: `at least ${needed}`,
          file,
          reason:
            `workload ${name} of ${scenario.harness.name} asks ${target.model.alias} for up to ${longest.input} tokens in and ` +
            `${longest.output} out, and a chat template adds up to ${SLACK_TOKENS}`,
          next: "Raise engine.maxModelLen, or shorten the workload by workloadOverrides.",
        }),
      ]);
  }
  const total = stages.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
  const { waitTimeoutSeconds } = scenario.harness;
  if (total > waitTimeoutSeconds)
    throw new ScenarioError([
      new UserError({
        key: "harnessSettings.waitTimeoutSeconds",
        value: waitTimeoutSeconds,
        file,
        reason: `workload ${name} takes ${total} s (${stages.length} stages) and would be cut off`,
        allowed: `more than ${total}`,
        next: "Raise it, or shorten the stages by workloadOverrides.",
      }),
    ]);
}
