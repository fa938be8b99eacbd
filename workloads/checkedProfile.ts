import type { z } from "zod";
import { checkShape, pathText } from "../scenario/schemaProblems.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";
import { applyOverrides, overrideAt } from "./overrides.ts";
import type { Locate } from "./profileChecks.ts";
import type { ProfileFileContent } from "./profileFile.ts";

export interface Overriding {
  /** "key.path" -> value, from the stack's workloadOverrides. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Stack file, to which mistakes in overrides are put down. */
  readonly file: string;
}

/**
 * A profile's values with the overrides laid over them, as the harness's schema has them. Throws ScenarioError; each mistake is put down to the
 * override that made it, else to the profile.
 */
export function checkedProfile<T extends z.ZodType>(
  schema: T,
  content: Pick<ProfileFileContent, "file" | "values">,
  { overrides, file }: Overriding,
): { readonly value: z.output<T>; readonly locate: Locate } {
  const locate: Locate = (path) => {
    const override = overrideAt(path, overrides);
    return override === null ? { file: content.file, key: pathText(path) } : { file, ...override };
  };
  const otherwise = new Set<string>();
  let first: readonly UserError[] | null = null;
  for (;;) {
    const checked = checkShape(schema, applied(content.values, overrides, file, otherwise), { locate });
    if ("value" in checked) return { value: checked.value, locate };
    first ??= checked.problems;
    // Text from a command line may be meant as it stands ("0.5" where the schema wants text) or as JSON: the schema decides.
    const turned = Object.entries(overrides).find(
      ([name, value]) =>
        typeof value === "string" && !otherwise.has(name) && checked.problems.some(({ key }) => key === quoted(name)),
    );
    if (!turned) throw new ScenarioError(first);
    otherwise.add(turned[0]);
  }
}

const quoted = (name: string): string => `workloadOverrides["${name}"]`;

function applied(...request: Parameters<typeof applyOverrides>): unknown {
  try {
    return applyOverrides(...request);
  } catch (error) {
    throw error instanceof UserError ? new ScenarioError([error]) : error;
  }
}
