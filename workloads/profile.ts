import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { freeze } from "../scenario/freeze.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";
import { checkedProfile } from "./checkedProfile.ts";
import { checkProfile, type Locate } from "./profileChecks.ts";
import { type ProfileSource, projectFolder, readProfileFile } from "./profileFile.ts";
import { type Profile, profileSchema } from "./profileSchema.ts";

export interface ProfileRequest extends ProfileSource {
  /** "key.path" -> value, from the stack's workloadOverrides. */
  readonly overrides: Readonly<Record<string, unknown>>;
}

/** Reads a profile of our own load generator, lays the overrides over it and checks the outcome; throws ScenarioError. */
export function loadProfile(request: ProfileRequest): Profile {
  const content = readProfileFile(request);
  const { value, locate } = checkedProfile(profileSchema, content, request);
  const problem = checkProfile(value, locate);
  if (problem) throw new ScenarioError([problem]);
  return freeze({ name: content.name, ...value, dataSha256: dataHash(value, locate) });
}

function dataHash({ data }: Pick<Profile, "data">, locate: Locate): string | null {
  if (data.type !== "file") return null;
  const path = promptFile(data.path);
  if (existsSync(path)) return createHash("sha256").update(readFileSync(path)).digest("hex");
  const problem = { value: data.path, ...locate(["data", "path"]), reason: "there is no such file", allowed: null };
  throw new ScenarioError([new UserError({ ...problem, next: "Paths are relative to the project's folder." })]);
}

/** Absolute path of a file of custom prompts; relative ones are meant from the project's folder. */
export function promptFile(path: string): string {
  return path.startsWith("/") ? path : projectFolder + path;
}

/** Its content, for a pod that cannot read our disk. */
export function promptText(path: string): string {
  return readFileSync(promptFile(path), "utf8");
}
