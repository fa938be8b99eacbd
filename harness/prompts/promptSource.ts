import type { HarnessPlan } from "../plan.ts";
import { fileSource } from "./promptFile.ts";
import { textSource } from "./syntheticText.ts";
import { tokenIdSource } from "./tokenIds.ts";

/** The part of a request that differs from the next. */
export interface Prompt {
  /** JSON of the request body's `prompt` (completions) or `messages` (chat), without the key. */
  readonly json: string;
  /** null: unknown, e.g. text from a file. */
  readonly inputTokens: number | null;
  readonly outputTokens: number;
}

/** Prompt i of one stage: a pure function of (seed, stage, i). */
export type StagePrompts = (i: number) => Prompt;

/** `stage` counts from 0; WARMUP_STAGE has prompts of its own, so that warm-up fills no prefix cache for what follows. */
export interface PromptSource {
  forStage(stage: number): StagePrompts;
}

/** @throws PlanError naming file and line when a prompt file cannot be used. */
export function promptSource(plan: HarnessPlan): PromptSource {
  if (plan.data.type === "file") return fileSource(plan.data, plan.api, plan.seed);
  return plan.data.form === "text" ? textSource(plan.data, plan.api, plan.seed) : tokenIdSource(plan.data, plan.seed);
}
