import type { V1ConfigMap, V1Job } from "@kubernetes/client-node";
import { manifestYaml } from "../manifests/allManifests.ts";
import type { KubernetesObject } from "../manifests/kubernetesObject.ts";
import type { PlannedRunIdentity, StackManifests } from "../manifests/stackManifests.ts";
import type { RunFolder } from "./runFolder.ts";

/**
 * Writes what was applied for a run below setup/: objects without secrets and with code by its hash, and the command; and
 * the plan where a run on a laptop has it, also when the load generator did not come to recording it.
 */
export function writeApplied(manifests: StackManifests, run: PlannedRunIdentity, folder: RunFolder): void {
  const { objects } = manifests.runOf(run);
  const engine = manifests.engines.find(({ target }) => target === run.target.name);
  const base = [...manifests.workspace, ...manifests.claims, ...manifests.shared];
  folder.write("setup/yamls/workspace.yaml", manifestYaml(base));
  folder.write("setup/yamls/engine.yaml", manifestYaml(engine?.objects ?? []));
  folder.write("setup/yamls/harness.yaml", manifestYaml(objects));
  folder.write("setup/commands/harness.txt", commandOf(objects));
  const configMaps = objects.filter(({ kind }) => kind === "ConfigMap") as V1ConfigMap[];
  for (const { data } of configMaps)
    for (const [name, text] of Object.entries(data ?? {})) folder.write(`workload/${name}`, text);
}

/** What the harness pod runs, as a person would type it there. */
function commandOf(objects: readonly KubernetesObject[]): string {
  const job = objects.find(({ kind }) => kind === "Job") as V1Job | undefined;
  const container = job?.spec?.template.spec?.containers[0];
  return [...(container?.command ?? []), ...(container?.args ?? [])].join(" ");
}
