import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { freeze } from "../scenario/freeze.ts";
import { nearest } from "../scenario/nearest.ts";
import { checkShape, pathText } from "../scenario/schemaProblems.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";
import { applyOverrides, overrideAt } from "./overrides.ts";
import { checkProfile, type Locate } from "./profileChecks.ts";
import { type Profile, profileSchema } from "./profileSchema.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

export interface ProfileRequest {
  readonly harness: string;
  readonly profile: string;
  /** "key.path" -> value, from the stack's workloadOverrides. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Stack file, to which mistakes in the profile's name and in overrides are put down. */
  readonly file: string;
}

/** Names of the profiles that a harness has. */
export function profileNames(harness: string): string[] {
  const folder = `${root}workloads/profiles/${harness}`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length))
    .sort();
}

/** Reads a profile, lays the overrides over it and checks the outcome; throws ScenarioError. */
export function loadProfile({ harness, profile, overrides, file }: ProfileRequest): Profile {
  const names = profileNames(harness);
  if (!names.includes(profile)) throw new ScenarioError([noSuchProfile(harness, profile, names, file)]);
  const profileFile = `workloads/profiles/${harness}/${profile}.yaml`;
  const values = load(readFileSync(root + profileFile, "utf8"));
  const changed = applyOverrides(values, overrides);
  const locate: Locate = (path) => {
    const override = overrideAt(pathText(path), overrides);
    return override === null ? { file: profileFile, key: pathText(path) } : { file, ...override };
  };
  const checked = checkShape(profileSchema, changed, { locate });
  if ("problems" in checked) throw new ScenarioError(checked.problems);
  const problem = checkProfile(checked.value, locate);
  if (problem) throw new ScenarioError([problem]);
  return freeze({ name: profile, ...checked.value, dataSha256: dataHash(checked.value, locate) });
}

function noSuchProfile(harness: string, profile: string, names: readonly string[], file: string): UserError {
  const meant = nearest(profile, names);
  if (names.length > 0) {
    return new UserError({
      key: "workload",
      value: profile,
      file,
      allowed: names.join(", "),
      reason: `harness ${harness} has no such profile`,
      next: meant
        ? `Did you mean "${meant}"?`
        : `Choose one of these, or add workloads/profiles/${harness}/${profile}.yaml.`,
    });
  }
  return new UserError({
    key: "harness",
    value: harness,
    file,
    allowed: "llmbench",
    reason: `there are no profiles for it under workloads/profiles/${harness}`,
    next: "Choose harness llmbench.",
  });
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
  return path.startsWith("/") ? path : root + path;
}

/** Its content, for a pod that cannot read our disk. */
export function promptText(path: string): string {
  return readFileSync(promptFile(path), "utf8");
}
