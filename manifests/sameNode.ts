import type { V1Affinity } from "@kubernetes/client-node";
import type { Scenario } from "../scenario/scenario.ts";
import { labelKeys, labelValue } from "./labels.ts";
import { clusterOf } from "./namespaces.ts";

/**
 * Draws the download and the engine of a target to one node where their volume can be on one only: an engine that waits
 * for its model elsewhere would hold the volume that the download waits for. Preferred, not required: once the download
 * has ended, the volume may follow the engine to any node.
 */
export function sameNodeAffinity(scenario: Scenario, target: { readonly name: string }): { affinity?: V1Affinity } {
  if (clusterOf(scenario).modelStorage.accessMode !== "ReadWriteOnce") return {};
  const labelSelector = {
    matchLabels: { [labelKeys.stack]: labelValue(scenario.stack), [labelKeys.target]: labelValue(target.name) },
    matchExpressions: [{ key: labelKeys.component, operator: "In", values: ["engine", "model-cache"] }],
  };
  const podAffinityTerm = { topologyKey: "kubernetes.io/hostname", labelSelector };
  return {
    affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] } },
  };
}
