import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { SourceBundle } from "../../manifests/kubernetesObject.ts";
import type { PlannedRunIdentity } from "../../manifests/stackManifests.ts";
import { rawFromStackFile } from "../../scenario/config.ts";
import { parseScenario } from "../../scenario/parse.ts";
import type { Scenario } from "../../scenario/scenario.ts";

const root = new URL("../../", import.meta.url);

/** Stand-ins, so that goldens stay as they are when only a program's code changes. */
export const bundles = { harness: standIn("harness"), simulator: standIn("simulator") };

function standIn(program: SourceBundle["program"]): SourceBundle {
  const code = `// stands in for the ${program}\n`;
  return { program, code, sha256: createHash("sha256").update(code).digest("hex") };
}

export function readStack(stack: string): Scenario {
  const file = `Pulumi.${stack}.yaml`;
  const raw = rawFromStackFile(readFileSync(new URL(file, root), "utf8"), file);
  return parseScenario(raw, { stack, file }, { tokens: "warn" });
}

/** A scenario that no committed stack has, with all secrets given. */
export function scenarioOf(values: Record<string, unknown>, stack = "test"): Scenario {
  const raw = { values, hasHfToken: true, hasClusterToken: "host" in ((values.cluster as object) ?? {}) };
  const targets = (values.targets as { name: string; url?: string }[] | undefined) ?? [];
  const apiKeyNames = targets.filter(({ url }) => url).map(({ name }) => name);
  return parseScenario({ ...raw, apiKeyNames }, { stack, file: `Pulumi.${stack}.yaml` });
}

/** Every run of the scenario, under a fixed id: the real one is a hash that covers all code. */
export function fixedRuns(scenario: Scenario): Required<PlannedRunIdentity>[] {
  return Array.from({ length: scenario.repetitions }, (_, i) => i + 1).flatMap((repetition) =>
    scenario.targets.map((target, index) => ({
      runId: `${target.name}-${String(index).repeat(8)}-r${repetition}`,
      attempt: 1,
      target,
      repetition,
      loadedWith: [],
      group: null,
    })),
  );
}

/** Committed stacks of clusters; people keep others of their own beside them. */
export const clusterStacks = [
  ...["gke-a100", "gke-h100", "kind-llm-d", "kind-sim"],
  ...["ocp-a100", "ocp-h100", "ocp-h100-mig", "ocp-l40"],
];
