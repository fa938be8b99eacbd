import { scenarioOfStack } from "../run/stackFiles.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { stackFile } from "./openStack.ts";

/** The scenario of a stack, read without the engine: a wrong one is refused before anything is started. */
export function loadScenario(stack: string, tokens: "required" | "warn" = "required"): Scenario {
  stackFile(stack);
  return scenarioOfStack(stack, tokens);
}
