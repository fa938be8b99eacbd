import { statSync } from "node:fs";
import { models } from "../scenario/models.ts";
import type { Scenario, Target } from "../scenario/scenario.ts";
import { isSimulated } from "../scenario/simulated.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";
import { imageTokens } from "../simulator/imageTokens.ts";
import { longest } from "./distribution.ts";
import { promptFile } from "./profile.ts";
import type { Profile } from "./profileSchema.ts";

/** Chat templates add a system turn and turn markers that no profile counts: 36 tokens for Llama 3.1, rounded up. */
const CHAT_TEMPLATE_TOKENS = 64;

/** Beside the plan, in a ConfigMap of 1 MiB. */
const PROMPT_KIBIBYTES = 900;

/** Tokens of a request's largest images, by the simulated engine's count. */
function imagesOf({ images }: Extract<Profile["data"], { type: "synthetic" }>): number {
  return images ? images.count * imageTokens(images.width.max, images.height.max) : 0;
}

/** A model of the catalogue that reads text only answers each request with 400; of a modelSpec we do not know. */
function checkVision({ model }: Extract<Target, { model: unknown }>, workload: string, file: string): void {
  if (model.vision || model.alias === "custom") return;
  throw new ScenarioError([
    new UserError({
      key: "workload",
      value: workload,
      file,
      reason: `its requests hold images, and ${model.alias} reads text only`,
      allowed: `with ${models.flatMap((one) => (one.vision ? [one.alias] : [])).join(", ")}, or a modelSpec`,
      next: "Choose a model that reads images, or method simulated.",
    }),
  ]);
}

/** Can the engines serve the profile, within the time allowed? Throws ScenarioError. */
export function checkWorkload(scenario: Scenario, profile: Profile, file: string): void {
  const { data, stages, api } = profile;
  const output = longest(data.outputTokens);
  const template = api === "chat" ? CHAT_TEMPLATE_TOKENS : 0;
  for (const target of scenario.targets) {
    if (target.method === "existing" || data.type === "file") continue;
    if (data.images && !isSimulated(target)) checkVision(target, profile.name, file);
    const pictures = imagesOf(data);
    const input = longest(data.inputTokens) + (data.sharedPrefix?.tokens ?? 0) + pictures;
    const needed = input + output + template;
    const { maxModelLen } = target.engine;
    if (needed <= maxModelLen) continue;
    throw new ScenarioError([
      new UserError({
        key: "engine.maxModelLen",
        value: maxModelLen,
        allowed: `at least ${needed}`,
        file,
        reason:
          `workload ${profile.name} asks ${target.model.alias} for ${input} tokens in` +
          `${pictures ? ` (about ${pictures} of them images)` : ""} and ${output} out` +
          `${template ? `, and a chat template adds up to ${template}` : ""}`,
        next: "Raise engine.maxModelLen, or shorten the workload by workloadOverrides.",
      }),
    ]);
  }
  if (data.type === "file" && scenario.platform !== "local") {
    const kibibytes = Math.ceil(statSync(promptFile(data.path)).size / 1024);
    if (kibibytes > PROMPT_KIBIBYTES)
      throw new ScenarioError([
        new UserError({
          key: "workload",
          value: profile.name,
          allowed: `at most ${PROMPT_KIBIBYTES} KiB of prompts`,
          file,
          reason: `its prompts (${data.path}, ${kibibytes} KiB) travel to the cluster in a ConfigMap, which holds 1 MiB`,
          next: "Use fewer prompts: a run that needs more goes round.",
        }),
      ]);
  }
  const levels = stages.concurrency ?? stages.constant ?? stages.poisson ?? [];
  const total = (stages.seconds ?? 0) * levels.length;
  if (total > scenario.harness.waitTimeoutSeconds)
    throw new ScenarioError([
      new UserError({
        key: "harnessSettings.waitTimeoutSeconds",
        value: scenario.harness.waitTimeoutSeconds,
        file,
        reason: `workload ${profile.name} takes ${total} s (${levels.length} stages of ${stages.seconds} s) and would be cut off`,
        allowed: `more than ${total}`,
        next: "Raise it, or shorten the stages by workloadOverrides.",
      }),
    ]);
}
