import type { Scenario } from "../scenario/scenario.ts";

/** Label keys of ours. Selectors in cluster/ and the labels of every object come from this one list. */
export const labelKeys = {
  stack: "llm-bench/stack",
  scenario: "llm-bench/scenario",
  target: "llm-bench/target",
  run: "llm-bench/run",
  /** Of runs that are made at once. */
  group: "llm-bench/group",
  component: "app.kubernetes.io/component",
} as const;

export type Component = "engine" | "model-cache" | "harness" | "reader" | "workspace";

/** Labels of an object of a scenario; `target`, `run` and `group` where it belongs to one. */
export function labels(
  scenario: Scenario,
  component: Component,
  of: { readonly target?: string; readonly run?: string; readonly group?: string | undefined } = {},
): Record<string, string> {
  return {
    "app.kubernetes.io/part-of": "llm-bench",
    [labelKeys.component]: component,
    [labelKeys.stack]: labelValue(scenario.stack),
    [labelKeys.scenario]: labelValue(scenario.name),
    ...(of.target === undefined ? {} : { [labelKeys.target]: labelValue(of.target) }),
    ...(of.run === undefined ? {} : { [labelKeys.run]: labelValue(of.run) }),
    ...(of.group === undefined ? {} : { [labelKeys.group]: labelValue(of.group) }),
  };
}

/**
 * Labels of the pods of a workload. Without the scenario's name: it follows the first target's model and GPU, and an
 * engine must not restart, nor a Job be replaced, because another target of the stack was changed.
 */
export function podLabels(...args: Parameters<typeof labels>): Record<string, string> {
  const { [labelKeys.scenario]: _scenario, ...rest } = labels(...args);
  return rest;
}

/** At most 63 characters, and letters or digits at both ends: the API server refuses anything else. */
export function labelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .slice(0, 63)
    .replace(/^[._-]+|[._-]+$/g, "");
}

/**
 * Of pods whose move would end a run: without it the cluster's autoscaler may drain a node that it finds too empty, in
 * the middle of a measurement.
 */
export const stayAnnotations = { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" } as const;
