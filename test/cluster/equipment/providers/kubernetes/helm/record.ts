import { gunzipSync } from "node:zlib";
import { loadAll } from "js-yaml";
import { isMap, type JsonObject, type PropertyMap, Secret, Unknown } from "../../wire/propertyValue.ts";
import { markSecrets } from "../secretness.ts";
import type { Settings } from "../settings.ts";
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

/** helm.sh/helm/v3/pkg/release: Release. */
interface Revision {
  readonly version: number;
  readonly info: { readonly status: string };
  readonly chart?: {
    readonly metadata?: { readonly name?: string; readonly version?: string; readonly appVersion?: string };
  };
  readonly config?: JsonObject;
  readonly manifest?: string;
}

/**
 * Null: there is no such release. helm_release.go resourceReleaseLookup, which asks Helm's library. What that reads is read
 * here (storage/driver/secrets.go, util.go decodeRelease): the command would be two processes with a discovery each.
 */
export async function recorded(
  { server, ...settings }: Settings,
  { name, namespace }: Release,
): Promise<Recorded | null> {
  if (server === null) throw new Error(`Kubernetes cluster unreachable: ${settings.unreachable}`);
  const secrets = await server.secrets(namespace || settings.namespace, `owner=helm,name=${name}`);
  const revisions = secrets.map(({ data }) => decoded(String((data as JsonObject | undefined)?.release)));
  const last = revisions.sort((a, b) => a.version - b.version).at(-1);
  if (last === undefined) return null;
  const { version: revision, info, chart, config, manifest = "" } = last;
  const { name: chartName = "", version = "", appVersion = "" } = chart?.metadata ?? {};
  return { revision, status: info.status, config: config ?? {}, manifest, chart: chartName, version, appVersion };
}

/** Base64 of the API server's, base64 of Helm's, gzip, JSON. */
function decoded(data: string): Revision {
  const packed = Buffer.from(Buffer.from(data, "base64").toString("latin1"), "base64");
  return JSON.parse(gunzipSync(packed).toString()) as Revision;
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
