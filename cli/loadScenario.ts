import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { readScenario } from "../run/readScenario.ts";
import { rawFromStackFile } from "../scenario/config.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { stackFile } from "./openStack.ts";

/**
 * The scenario of a stack, read without the engine: a wrong one is refused before anything is started. A token that is
 * missing does not stop a dry run; `up` needs it.
 */
export function loadScenario(stack: string, tokens: "required" | "warn" = "required"): Scenario {
  const file = stackFile(stack);
  return readScenario(rawFromStackFile(readFileSync(file, "utf8"), basename(file)), stack, tokens);
}
