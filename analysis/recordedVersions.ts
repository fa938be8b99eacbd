import type { RunIdentity } from "./analysis.ts";
import type { Run } from "./run.ts";
import { recordedTarget } from "./systemIdentity.ts";

/** What of a run may change under one name: our commit, the engine's image, the model's revision. Only what was recorded. */
export function recordedVersions(run: Run): Pick<RunIdentity, "commit" | "engineImage" | "modelRevision"> {
  const { versions, machine } = run.provenance;
  const target = recordedTarget(run) as { readonly model?: { readonly revision?: unknown } | null } | null;
  return {
    ...known("commit", versions.commit),
    ...known("engineImage", machine.engineImage),
    ...known("modelRevision", target?.model?.revision),
  };
}

/** Folders of other versions of this project hold what they hold. */
function known<Key extends string>(key: Key, value: unknown): { readonly [key in Key]?: string } {
  if (typeof value !== "string" || value === "" || value.startsWith("unknown")) return {};
  return { [key]: value } as { readonly [key in Key]?: string };
}
