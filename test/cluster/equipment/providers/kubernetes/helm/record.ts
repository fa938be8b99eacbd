import { loadAll } from "js-yaml";
import { isMap, type JsonObject, type PropertyMap, Secret, Unknown } from "../../wire/propertyValue.ts";
import { markSecrets } from "../secretness.ts";
import type { Settings } from "../settings.ts";
import { HelmError, helm } from "./helmCli.ts";
import type { Release } from "./release.ts";

/** What helm keeps of the last revision of a release. */
export interface Recorded {
  readonly revision: number;
  /** `deployed`, `failed`, `pending-install`, ... */
  readonly status: string;
  readonly config: JsonObject;
  readonly manifest: string;
  readonly chart: string;
  readonly version: string;
  readonly appVersion: string;
}

interface Status {
  readonly version: number;
  readonly info: { readonly status: string };
  readonly config?: JsonObject;
  readonly manifest?: string;
}

/** Null: there is no such release. helm_release.go resourceReleaseLookup. */
export async function recorded(settings: Settings, { name, namespace }: Release): Promise<Recorded | null> {
  const ask = async (...args: string[]) =>
    JSON.parse(await helm(settings, namespace, [...args, name, "--output", "json"])) as unknown;
  try {
    const { version: revision, info, config, manifest } = (await ask("status")) as Status;
    const { chart, version, appVersion } = (await ask("get", "metadata")) as Partial<Recorded>;
    return {
      revision,
      status: info.status,
      config: config ?? {},
      manifest: manifest ?? "",
      chart: chart ?? "",
      version: version ?? "",
      appVersion: appVersion ?? "",
    };
  } catch (error) {
    if (error instanceof HelmError && error.message.includes("release: not found")) return null;
    throw error;
  }
}

/** What the state keeps of a release. helm_release.go setReleaseAttributes, checkpointRelease. */
export function releaseState(inputs: PropertyMap, { name, namespace }: Release, found: Recorded): PropertyMap {
  const { status, revision, chart, version, appVersion } = found;
  const outputs: PropertyMap = {
    ...inputs,
    values: merged(inputs.values, found.config),
    version,
    resourceNames: resourceNames(found.manifest),
    status: { status, name, namespace, revision, chart, version, appVersion },
  };
  return { ...markSecrets(outputs, inputs), __inputs: new Secret(inputs) };
}

/** The same in a preview, which neither installs nor asks. */
export function previewedState(inputs: PropertyMap): PropertyMap {
  return { ...inputs, __inputs: new Secret(inputs), resourceNames: new Unknown(), status: new Unknown() };
}

/** helm_release.go parseCheckpointRelease. */
export function inputsOfState({ __inputs }: PropertyMap): PropertyMap {
  const inputs = __inputs instanceof Secret ? __inputs.element : __inputs;
  return isMap(inputs) ? inputs : {};
}

function merged(given: PropertyMap[string] | undefined, config: JsonObject): PropertyMap {
  const values: PropertyMap = isMap(given) ? { ...given } : {};
  for (const [key, value] of Object.entries(config)) {
    const before = values[key];
    values[key] = isMap(before) && isMap(value) ? merged(before, value as JsonObject) : value;
  }
  return values;
}

/** `Deployment.apps/apps/v1` -> names. manifest_json.go convertYAMLManifestToJSON. */
function resourceNames(manifest: string): PropertyMap {
  const names = new Map<string, Set<string>>();
  for (const object of loadAll(manifest) as (JsonObject | null)[]) {
    if (!isMap(object) || typeof object.kind !== "string" || typeof object.apiVersion !== "string") continue;
    const { apiVersion, kind } = object;
    const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
    const { name, namespace } = (object.metadata ?? {}) as JsonObject;
    const key = `${kind}${group}/${apiVersion}`;
    names.set(key, (names.get(key) ?? new Set()).add(namespace ? `${namespace}/${name}` : String(name)));
  }
  return Object.fromEntries([...names].map(([key, found]) => [key, [...found].sort()]));
}
