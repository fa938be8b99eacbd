import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { rawFromStackFile } from "../scenario/config.ts";
import { parseScenario } from "../scenario/parse.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { stackFile } from "./openStack.ts";

/** The scenario of a stack, read without the engine: a wrong one is refused before anything is started. */
export function loadScenario(stack: string): Scenario {
  const file = stackFile(stack);
  return parseScenario(rawFromStackFile(readFileSync(file, "utf8"), basename(file)), { stack, file: basename(file) });
}
