import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { type GkeSettings, gkeSettings } from "../../components/gkeSettings.ts";

const root = join(import.meta.dirname, "..", "..");

export function configOf(stack: string, changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  const project = load(readFileSync(join(root, "gke-cluster/Pulumi.yaml"), "utf8")) as {
    config: Record<string, { default?: unknown }>;
  };
  const file = load(readFileSync(join(root, `gke-cluster/Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, string>;
  };
  const own = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`llm-bench-gke-cluster:${key}`, String(value)]));
  const defaults = Object.entries(project.config).filter(([, { default: value }]) => value !== undefined);
  return {
    ...own(Object.fromEntries(defaults.map(([key, { default: value }]) => [key, value]))),
    ...file.config,
    ...own({ project: "my-project", ...changes }),
  };
}

export function settingsOf(stack: string, changes: Readonly<Record<string, string>> = {}): GkeSettings {
  return gkeSettings(configOf(stack, changes), stack);
}
