import { countsTokens } from "./harnesses.ts";
import type { HarnessSettings, Target } from "./scenario.ts";
import { isSimulated } from "./simulated.ts";
import type { SecretsPresent } from "./target.ts";
import type { TargetSource } from "./targetSource.ts";
import { UserError } from "./userError.ts";

/** What `up` cannot do without and a preview can: everything else about these targets is sound. What two inherit is said once. */
export function missingAtUp(
  sources: readonly TargetSource[],
  targets: readonly Target[],
  harness: HarnessSettings,
  { hasHfToken }: SecretsPresent,
  file: string,
): UserError[] {
  const problems = targets.flatMap((target, index) => {
    const source = sources[index] as TargetSource;
    return token(source, target, harness, hasHfToken, file);
  });
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

function token(
  source: TargetSource,
  target: Target,
  harness: HarnessSettings,
  hasHfToken: boolean,
  file: string,
): UserError[] {
  if (target.method === "existing" || !target.model.gated || hasHfToken) return [];
  const deployed = !isSimulated(target);
  if (!deployed && (!countsTokens(harness.name) || harness.tokenizer !== null)) return [];
  const what = deployed ? "and cannot be downloaded" : `and ${harness.name} cannot have its tokenizer`;
  return [
    new UserError({
      key: "hfToken",
      value: undefined,
      allowed: "a Hugging Face token whose owner has accepted the model's licence",
      file,
      reason: `${target.model.name} (${source.key("model")}) is gated ${what} without it`,
      next: `Run: pulumi config set --secret llm-bench:hfToken, or set HF_TOKEN${deployed ? "" : "; harnessSettings.tokenizer names another tokenizer"}.`,
    }),
  ];
}
