import type { RawConfig } from "../scenario/config.ts";
import { parseScenario } from "../scenario/parse.ts";
import type { Scenario } from "../scenario/scenario.ts";

/**
 * The scenario of a stack as this call means it: LLMBENCH_MODE stands for `mode` (so that one file serves a standup, a
 * run and a debug session), and HF_TOKEN, where models are usually loaded with it, for the secret `hfToken`.
 */
export function readScenario(
  raw: RawConfig,
  stack: string,
  tokens: "required" | "warn" = "required",
  env: NodeJS.ProcessEnv = process.env,
): Scenario {
  const values = env.LLMBENCH_MODE ? { ...raw.values, mode: env.LLMBENCH_MODE } : raw.values;
  return parseScenario(
    { ...raw, values, hasHfToken: raw.hasHfToken || Boolean(env.HF_TOKEN) },
    { stack, file: `Pulumi.${stack}.yaml` },
    { tokens },
  );
}
