import { PlanError } from "./planError.ts";

/** @throws PlanError when the variable is not set or holds what cannot stand in a header; never shows its value */
export function readApiKey(variable: string | null): string | null {
  if (variable === null) return null;
  const key = process.env[variable];
  if (key === undefined || key === "") {
    throw new PlanError("target.apiKeyEnv", variable, "an environment variable that is set, or null for no API key");
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new PlanError(
      "target.apiKeyEnv",
      variable,
      "a variable whose value has no blanks, line ends or odd characters",
    );
  }
  return key;
}
