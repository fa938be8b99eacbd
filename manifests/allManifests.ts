import { createHash } from "node:crypto";
import { dump } from "js-yaml";
import type { Scenario } from "../scenario/scenario.ts";
import { engineManifests } from "./engine.ts";
import { harnessBundleManifest, type ManifestRun, runManifests } from "./harnessJob.ts";
import type { KubernetesObject, SourceBundle } from "./kubernetesObject.ts";
import { workspaceManifests } from "./workspace.ts";

export interface Bundles {
  readonly harness: SourceBundle;
  readonly simulator: SourceBundle;
}

/** One object and the name of its file, e.g. "07-deployment-vllm-standalone-llama-3b.yaml". */
export interface ManifestFile {
  readonly file: string;
  readonly object: KubernetesObject;
}

/** Everything that `up` applies, in that order: for previews, goldens and the setup/yamls folder of a run. */
export function allManifests(
  scenario: Scenario,
  runs: readonly ManifestRun[],
  bundles: Bundles,
  given: { readonly hfToken: boolean } = { hfToken: false },
): ManifestFile[] {
  const engines = scenario.targets.map((target) => engineManifests(scenario, target, bundles.simulator));
  const measured = scenario.mode === "standup" ? [] : runs;
  const runObjects = measured.flatMap((run) => {
    const engine = engines.find(({ target }) => target === run.target.name);
    if (engine === undefined) throw new Error(`run ${run.runId} has no engine`);
    return runManifests(scenario, run, engine.endpoint, bundles.harness).objects;
  });
  const objects: KubernetesObject[] = [
    ...workspaceManifests(scenario, given),
    ...engines.flatMap((engine) => engine.objects),
    ...(measured.length === 0 ? [] : [harnessBundleManifest(scenario, bundles.harness)]),
    ...runObjects,
  ];
  return objects.map((object, index) => ({ file: fileName(object, index), object }));
}

/** As YAML documents; code is given by size and hash, and what a Secret holds is left out whatever was in it. */
export function manifestYaml(objects: readonly KubernetesObject[]): string {
  return objects
    .map((object) => `---\n${dump(printable(object), { noRefs: true, lineWidth: -1, sortKeys: false })}`)
    .join("");
}

function fileName({ kind, metadata }: KubernetesObject, index: number): string {
  return `${String(index + 1).padStart(2, "0")}-${kind?.toLowerCase()}-${metadata?.name}.yaml`;
}

function printable(object: KubernetesObject): unknown {
  // Class instances and undefined members, which dump refuses, go away on the way through JSON.
  const plain = JSON.parse(JSON.stringify(object)) as KubernetesObject & { data?: Record<string, string> };
  if (plain.kind === "Secret") {
    const {
      data: _data,
      stringData: _text,
      ...rest
    } = plain as KubernetesObject & { data?: unknown; stringData?: unknown };
    return rest;
  }
  if (plain.kind !== "ConfigMap" || plain.data === undefined) return plain;
  const data = Object.entries(plain.data).map(([name, text]) => [name, name.endsWith(".mjs") ? summary(text) : text]);
  return { ...plain, data: Object.fromEntries(data) };
}

function summary(text: string): string {
  return `<${Buffer.byteLength(text)} bytes, sha256 ${createHash("sha256").update(text).digest("hex")}>`;
}
