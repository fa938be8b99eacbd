import { createHash } from "node:crypto";
import { dump } from "js-yaml";
import type { Scenario } from "../scenario/scenario.ts";
import type { KubernetesObject } from "./kubernetesObject.ts";
import { type Bundles, objectsOf, type PlannedRunIdentity, stackManifests } from "./stackManifests.ts";

/** One object and the name of its file, e.g. "07-deployment-vllm-standalone-llama-3b.yaml". */
export interface ManifestFile {
  readonly file: string;
  readonly object: KubernetesObject;
}

/** Everything that `up` applies, in that order: for previews, goldens and the setup/yamls folder of a run. */
export function allManifests(
  scenario: Scenario,
  runs: readonly PlannedRunIdentity[],
  bundles: Bundles,
  given: { readonly hfToken: boolean } = { hfToken: false },
): ManifestFile[] {
  const measured = scenario.mode === "standup" ? [] : runs;
  const objects = objectsOf(stackManifests(scenario, bundles, given), measured);
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
