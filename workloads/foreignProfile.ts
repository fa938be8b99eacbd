import { freeze } from "../scenario/freeze.ts";
import type { HarnessAdapter } from "./adapter.ts";
import { checkedProfile, type Overriding } from "./checkedProfile.ts";
import { type ProfileSource, readProfileFile } from "./profileFile.ts";

export interface ForeignProfileRequest extends Omit<ProfileSource, "harness">, Overriding {}

export interface ForeignProfile<Profile> {
  /** Of the file, without folder and ending. */
  readonly name: string;
  /** The harness's own config with the overrides in it; frozen. */
  readonly profile: Profile;
  /** What an older profile said otherwise and was put right; sentences. */
  readonly warnings: readonly string[];
}

/**
 * Reads a profile of a harness that is not ours and checks it against the harness's own schema. Old spellings in the file are put right with
 * a warning; in an override they are a mistake, for whoever writes one now can write the right one. Throws ScenarioError.
 */
export function loadForeignProfile<Profile>(
  adapter: Pick<HarnessAdapter<Profile>, "name" | "schema" | "modernise">,
  request: ForeignProfileRequest,
): ForeignProfile<Profile> {
  const { name, file, values } = readProfileFile({ ...request, harness: adapter.name });
  const modern = adapter.modernise?.(values) ?? { values, warnings: [] };
  const { value } = checkedProfile(adapter.schema, { file, values: modern.values }, request);
  return freeze({ name, profile: value, warnings: modern.warnings.map((warning) => `${file}: ${warning}`) });
}
