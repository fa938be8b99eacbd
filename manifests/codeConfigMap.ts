import type { V1ConfigMap } from "@kubernetes/client-node";
import type { Scenario } from "../scenario/scenario.ts";
import type { SourceBundle } from "./kubernetesObject.ts";
import { labels } from "./labels.ts";

/** Where the pods of load generators mount our code. */
export const codeMount = "/llm-bench/code";

/** One of our programs, named by its hash: unchanged code is the same object for all who run it, and never edited under them. */
export function codeConfigMap(
  scenario: Scenario,
  { program, sha256, code }: SourceBundle,
  namespace: string,
): V1ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `llmbench-${program}-${sha256.slice(0, 12)}`,
      namespace,
      labels: labels(scenario, program === "harness" ? "harness" : "engine"),
    },
    immutable: true,
    data: { [`${program}.mjs`]: code },
  };
}
