import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import type { KubernetesObject } from "../manifests/kubernetesObject.ts";
import { prerequisiteVersions } from "../manifests/llmd/charts.ts";
import type { ReleaseFiles } from "./llmdPrerequisitesSettings.ts";

const { gatewayApi, inferenceExtension } = prerequisiteVersions;
const kubernetes = "https://github.com/kubernetes-sigs";

export const releaseFiles: ReleaseFiles = {
  gatewayApi: `${kubernetes}/gateway-api/releases/download/${gatewayApi}/standard-install.yaml`,
  // The stable part, that is InferencePool; llm-d's endpoint picker does without the kinds of x-k8s.io.
  inferenceApi: `${kubernetes}/gateway-api-inference-extension/releases/download/${inferenceExtension}/v1-manifests.yaml`,
};

/** Kinds that such files hold; anything else was not reviewed and is not applied to a whole cluster. */
const allowed = ["CustomResourceDefinition", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"];

/**
 * The objects of a release's file, of a local copy of it, or of all YAML files of a folder. Read here and not by a
 * resource that takes a URL, so that a preview shows each definition and a destroy knows it.
 * @param needed names of definitions without which the file is not what it should be
 */
export async function definitionsFrom(source: string, needed: readonly string[]): Promise<KubernetesObject[]> {
  const objects = (await textsOf(source)).flatMap((text) => loadAll(text) as (KubernetesObject | null)[]);
  const found = objects.filter((object) => object !== null && object !== undefined);
  const names = found.map(({ metadata }) => metadata?.name);
  const lacking = needed.filter((name) => !names.includes(name));
  if (lacking.length > 0) throw new Error(`${source} does not define ${lacking.join(", ")}; is it the right file?`);
  const other = found.find(({ kind }) => !allowed.includes(kind ?? ""));
  if (other === undefined) return found.map(withoutStatus);
  throw new Error(`${source} holds ${other.kind} ${other.metadata?.name}; only ${allowed.join(", ")} are applied`);
}

async function textsOf(source: string): Promise<string[]> {
  if (/^https?:\/\//.test(source)) return [await fetched(source)];
  try {
    if (!statSync(source).isDirectory()) return [readFileSync(source, "utf8")];
    const files = readdirSync(source).filter((name) => /\.ya?ml$/.test(name) && name !== "kustomization.yaml");
    return files.sort().map((name) => readFileSync(join(source, name), "utf8"));
  } catch (error) {
    throw new Error(`${source} cannot be read: ${(error as Error).message}`);
  }
}

async function fetched(url: string): Promise<string> {
  const hint = "on a closed network set gatewayApiFrom and inferenceApiFrom to copies of these files";
  try {
    // A release's file of GitHub lies behind a redirect or two.
    const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) });
    if (answer.ok) return await answer.text();
    throw new Error(`HTTP status ${answer.status}`);
  } catch (error) {
    const { cause, message } = error as Error;
    throw new Error(`${url} cannot be had: ${cause instanceof Error ? cause.message : message}; ${hint}`);
  }
}

/** Some files carry an empty one, which the API server owns. */
function withoutStatus(object: KubernetesObject): KubernetesObject {
  const { status: _status, ...rest } = object as KubernetesObject & { status?: unknown };
  return rest;
}
