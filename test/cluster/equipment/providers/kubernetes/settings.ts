import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { isMap, type PropertyMap, type PropertyValue, Unknown, unwrapped } from "../wire/propertyValue.ts";
import type { Change, Difference, Failure } from "../wire/provider.ts";
import { partsOf } from "../wire/provider.ts";
import { ApiServer } from "./apiServer.ts";

/** The provider's configuration, and the cluster behind it where that answers. provider.go Configure. */
export interface Settings {
  /** Null: the cluster is unreachable, `unreachable` says why. */
  readonly server: ApiServer | null;
  /** For helm, which connects by itself; null: it could not be read. */
  readonly kubeconfig: KubeConfig | null;
  readonly unreachable: string;
  readonly namespace: string;
  readonly upsertExistingObjects: boolean;
  readonly enablePatchForce: boolean;
  readonly deleteUnreachable: boolean;
  readonly mutable: { readonly configMaps: boolean; readonly secrets: boolean };
}

const prefix = "kubernetes:config:";
const unsupported = ["cluster", "renderYamlToDirectory", "alwaysRender", "skipUpdateUnreachable", "kubeClientSettings"];
// What the SDK passes where the program gave no such settings: the JSON of undefined, false or an empty object.
const unset = new Set(["", "false", "{}", "null", "undefined"]);

export async function settingsFrom(variables: ReadonlyMap<string, string>): Promise<Settings> {
  const value = (key: string) => variables.get(prefix + key) ?? "";
  // provider.go Configure: the provider's own input first, then the environment.
  const flag = (key: string, environment: string) => (value(key) || (process.env[environment] ?? "")) === "true";
  for (const key of unsupported)
    if (!unset.has(value(key))) throw new Error(`the stand-in does not know the provider's setting "${key}"`);
  if ((value("enableServerSideApply") || process.env.PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY) === "false")
    throw new Error("the stand-in does not know client-side apply (enableServerSideApply: false)");
  const options = {
    upsertExistingObjects: flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
    enablePatchForce: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    deleteUnreachable: flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
    mutable: {
      configMaps: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
      secrets: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    },
  };
  const ready = await connected(value("kubeconfig"), value("context"));
  // clientcmd's Namespace(): the override, else the context's, else "default".
  const namespace =
    value("namespace") || (ready.config?.getContextObject(ready.config.getCurrentContext())?.namespace ?? "");
  return {
    ...options,
    server: ready.server,
    kubeconfig: ready.config,
    unreachable: ready.reason,
    namespace: namespace || "default",
  };
}

async function connected(kubeconfig: string, context: string) {
  let config: KubeConfig;
  try {
    config = parseKubeconfig(kubeconfig);
    if (context !== "") config.setCurrentContext(context);
    if (config.getCurrentCluster() === null) throw new Error(`context "${context}" does not exist`);
  } catch (error) {
    const reason = `failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${message(error)}`;
    return { config: null, server: null, reason };
  }
  const server = new ApiServer(config);
  try {
    await server.probe();
    return { config, server, reason: "" };
  } catch (error) {
    return { config, server: null, reason: `unable to load schema information from the API server: ${message(error)}` };
  }
}

/** A path, "~" included, or the text itself; nothing: the ambient one. provider/util.go parseKubeconfigString. */
function parseKubeconfig(pathOrText: string): KubeConfig {
  const config = new KubeConfig();
  const path = pathOrText.startsWith("~/") ? join(homedir(), pathOrText.slice(2)) : pathOrText;
  if (pathOrText === "") config.loadFromDefault();
  else if (existsSync(path)) config.loadFromFile(path);
  else config.loadFromString(pathOrText);
  return config;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
}

/** provider.go CheckConfig: strict mode, set for the project (PULUMI_CONFIG) or for the provider. */
export function checkSettings(urn: string, news: PropertyMap): Failure[] {
  const project = JSON.parse(process.env.PULUMI_CONFIG || "{}") as { strictMode?: unknown };
  const strict = typeof news.strictMode === "string" ? news.strictMode : project.strictMode;
  if (strict !== "true") return [];
  const { name } = partsOf(urn);
  const failures: Failure[] = [];
  if (name === "default" || name.startsWith("default_"))
    failures.push({ property: "", reason: "strict mode prohibits default provider" });
  for (const property of ["kubeconfig", "context"] as const)
    if (isEmpty(news[property]))
      failures.push({ property, reason: `strict mode requires Provider "${property}" argument` });
  return failures;
}

function isEmpty(value: PropertyValue | undefined): boolean {
  const bare = value === undefined ? null : unwrapped(value);
  return bare === null || bare === "";
}

/** provider.go DiffConfig: another API server replaces every object, unless clusterIdentifier says it is the same one. */
export function diffSettings(oldSecrets: PropertyMap, newSecrets: PropertyMap): Difference {
  const olds = unwrapped(oldSecrets) as PropertyMap;
  const news = unwrapped(newSecrets) as PropertyMap;
  const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]) || news[key] instanceof Unknown,
  );
  const replacing = new Set<string>();
  const identified = typeof news.clusterIdentifier === "string" && !changed.includes("clusterIdentifier");
  // util: `diff.Updated` is a change from one value to another, not an addition.
  if (
    changed.includes("clusterIdentifier") &&
    olds.clusterIdentifier !== undefined &&
    news.clusterIdentifier !== undefined
  )
    replacing.add("clusterIdentifier");
  const places = ["kubeconfig", "context", "cluster"] as const;
  const unknown = places.find((key) => news[key] instanceof Unknown);
  if (unknown !== undefined) replacing.add(unknown);
  else if (changed.some((key) => key !== "clusterIdentifier") && anotherCluster(olds, news))
    for (const key of places) if (changed.includes(key)) replacing.add(key);
  const changes = changed.map((key) => {
    const kind: Change = olds[key] === undefined ? "add" : news[key] === undefined ? "delete" : "update";
    return [key, { kind, replaces: !identified && replacing.has(key) }] as const;
  });
  return { changes: new Map(changes), deleteBeforeReplace: false };
}

/** provider/util.go getActiveClusterFromConfig: only where both can be read. */
function anotherCluster(olds: PropertyMap, news: PropertyMap): boolean {
  const [before, after] = [olds, news].map(activeCluster);
  return before !== null && after !== null && JSON.stringify(before) !== JSON.stringify(after);
}

function activeCluster({ kubeconfig, context }: PropertyMap): object | null {
  try {
    const config = new KubeConfig();
    if (isMap(kubeconfig)) config.loadFromString(JSON.stringify(kubeconfig));
    else if (typeof kubeconfig === "string" && kubeconfig !== "") return activeOf(parseKubeconfig(kubeconfig), context);
    else return null;
    return activeOf(config, context);
  } catch {
    return null;
  }
}

function activeOf(config: KubeConfig, context: PropertyValue | undefined): object | null {
  if (typeof context === "string") config.setCurrentContext(context);
  const { name: _, ...cluster } = config.getCurrentCluster() ?? { name: "", server: "" };
  return cluster.server === "" ? null : cluster;
}
