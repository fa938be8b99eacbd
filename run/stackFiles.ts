import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rawFromStackFile } from "../scenario/config.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { projectRoot } from "./projectRoot.ts";
import { readScenario } from "./readScenario.ts";

/** Stacks that have a file, in the order of their names. */
export function stackNames(): string[] {
  return readdirSync(projectRoot).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/**
 * The scenario of a stack that has a file, read without the engine. A token that is missing does not stop a dry run; `up`
 * needs it.
 */
export function scenarioOfStack(stack: string, tokens: "required" | "warn"): Scenario {
  const file = `Pulumi.${stack}.yaml`;
  return readScenario(rawFromStackFile(readFileSync(join(projectRoot, file), "utf8"), file), stack, tokens);
}
