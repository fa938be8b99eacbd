import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { dump, load } from "js-yaml";
import { nearest } from "../scenario/nearest.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import { ClusterError } from "./clusterError.ts";
import type { ClusterAccess } from "./connection.ts";
import { KubeConfig } from "./kubernetesClient.ts";

/**
 * Resolves which cluster a scenario means, before anything is asked of it: host and token where they are given, else a
 * context of the kubeconfig. Throws a ClusterError on what cannot be resolved.
 */
export function clusterAccess(
  settings: Pick<ClusterSettings, "context" | "host" | "certificateAuthority">,
  token: string | null,
  env: NodeJS.ProcessEnv = process.env,
): ClusterAccess {
  return settings.host === null
    ? fromKubeconfig(settings.context, env)
    : fromHost(settings.host, settings.certificateAuthority, token);
}

function fromHost(host: string, certificateAuthority: string | null, token: string | null): ClusterAccess {
  if (token === null || token === "") {
    throw new ClusterError(
      `cluster.host is ${host}, but there is no token to log in with`,
      "up reads the secret clusterToken (pulumi config set --secret llm-bench:clusterToken), the other commands the variable LLMBENCH_CLUSTER_TOKEN; without cluster.host it is the kubeconfig's login",
    );
  }
  if (!URL.canParse(host) || new URL(host).protocol !== "https:") {
    throw new ClusterError(
      `cluster.host is "${host}", which is no https:// address`,
      "write it as https://api.example.com:6443; the token must not travel in clear",
    );
  }
  const server = host.replace(/\/+$/, "");
  const ca =
    certificateAuthority === null ? {} : { "certificate-authority-data": readCertificate(certificateAuthority) };
  const text = dump({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: host, cluster: { server, ...ca } }],
    users: [{ name: host, user: { token } }],
    contexts: [{ name: host, context: { cluster: host, user: host } }],
    "current-context": host,
  });
  const config = new KubeConfig();
  config.loadFromString(text);
  return { identity: { context: host, server }, kubeconfig: { secretText: text }, config };
}

function readCertificate(file: string): string {
  try {
    const pem = readFileSync(file, "utf8");
    if (pem.includes("-----BEGIN CERTIFICATE-----")) return Buffer.from(pem).toString("base64");
  } catch (error) {
    throw new ClusterError(
      `cluster.certificateAuthority is ${file}, which cannot be read: ${(error as Error).message}`,
      "give the path of a PEM file, relative to the project's folder",
      { cause: error },
    );
  }
  throw new ClusterError(
    `cluster.certificateAuthority is ${file}, which holds no PEM certificate`,
    "give a file that starts with -----BEGIN CERTIFICATE-----",
  );
}

interface Named {
  readonly name: string;
}
interface KubeconfigFile {
  readonly clusters?: readonly (Named & { cluster?: Record<string, unknown> })[] | null;
  readonly users?: readonly (Named & { user?: Record<string, unknown> })[] | null;
  readonly contexts?: readonly (Named & { context?: { cluster?: string; user?: string } })[] | null;
  readonly "current-context"?: string;
}

function fromKubeconfig(wanted: string, env: NodeJS.ProcessEnv): ClusterAccess {
  const listed = (env.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
  const files = listed.length > 0 ? listed : [join(env.HOME ?? homedir(), ".kube", "config")];
  // As kubectl does: files of a list that are not there are passed over.
  const present = files.map((file) => resolve(file)).filter((file) => existsSync(file));
  const where = files.join(delimiter);
  const [only] = present;
  if (only === undefined) {
    throw new ClusterError(
      `no kubeconfig: ${where} is not there`,
      "set KUBECONFIG, log in to the cluster (gcloud container clusters get-credentials, oc login), or set cluster.host and the secret clusterToken",
    );
  }
  const merged = merge(present.map(readKubeconfig));
  const context = contextOf(merged, wanted, where);
  const text = dump({ apiVersion: "v1", kind: "Config", ...merged, "current-context": context });
  const config = loadClient(text, where);
  const server = config.getCurrentCluster()?.server;
  if (!server) {
    throw new ClusterError(`context "${context}" of ${where} names no cluster that is in there`, "log in again");
  }
  if (config.getCurrentUser() === null) {
    throw new ClusterError(`context "${context}" of ${where} names no user that is in there`, "log in again");
  }
  return {
    identity: { context, server },
    kubeconfig: present.length === 1 ? { path: only } : { secretText: text },
    config,
  };
}

function contextOf(merged: KubeconfigFile, wanted: string, where: string): string {
  const names = (merged.contexts ?? []).map(({ name }) => name);
  const listed = names.length === 0 ? "it has none" : `it has: ${names.join(", ")}`;
  if (wanted !== "auto") {
    if (names.includes(wanted)) return wanted;
    const close = nearest(wanted, names);
    throw new ClusterError(
      `cluster.context is "${wanted}", which ${where} does not have; ${listed}`,
      close === null ? `set cluster.context to one of them, or log in to the cluster` : `did you mean "${close}"?`,
    );
  }
  const current = merged["current-context"];
  if (current && names.includes(current)) return current;
  throw new ClusterError(
    current
      ? `the current context "${current}" is not in ${where}; ${listed}`
      : `${where} has no current context; ${listed}`,
    "choose one: kubectl config use-context NAME, or set cluster.context",
  );
}

function readKubeconfig(file: string): KubeconfigFile {
  let parsed: unknown;
  try {
    parsed = load(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ClusterError(`${file} cannot be read: ${(error as Error).message.split("\n")[0]}`, "log in again", {
      cause: error,
    });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new ClusterError(`${file} is no kubeconfig`, "set KUBECONFIG to the right file, or log in again");
  }
  return withAbsolutePaths(parsed as KubeconfigFile, dirname(file));
}

/** As kubectl merges: of two entries with one name, and of two current contexts, the first counts. */
function merge(files: readonly KubeconfigFile[]): KubeconfigFile {
  const first = <T extends Named>(lists: readonly (readonly T[] | null | undefined)[]): T[] => {
    const all = lists.flatMap((list) => list ?? []);
    return all.filter((entry, i) => all.findIndex(({ name }) => name === entry.name) === i);
  };
  const current = files.map((file) => file["current-context"]).find((name) => name);
  return {
    clusters: first(files.map(({ clusters }) => clusters)),
    users: first(files.map(({ users }) => users)),
    contexts: first(files.map(({ contexts }) => contexts)),
    ...(current === undefined ? {} : { "current-context": current }),
  };
}

const pathKeys = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/** Paths in a kubeconfig are relative to its own folder; once merged, nobody knows which that was. */
function withAbsolutePaths(file: KubeconfigFile, folder: string): KubeconfigFile {
  const absolute = (entry: Record<string, unknown> | undefined) =>
    Object.fromEntries(
      Object.entries(entry ?? {}).map(([key, value]) => [
        key,
        pathKeys.includes(key) && typeof value === "string" && value !== "" ? resolve(folder, value) : value,
      ]),
    );
  return {
    ...file,
    clusters: (file.clusters ?? []).map((entry) => ({ ...entry, cluster: absolute(entry.cluster) })),
    users: (file.users ?? []).map((entry) => ({ ...entry, user: absolute(entry.user) })),
  };
}

function loadClient(text: string, where: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch (error) {
    throw new ClusterError(`${where} is no kubeconfig: ${(error as Error).message}`, "log in again", { cause: error });
  }
  // The client looks for "token-file", a key that no kubeconfig has; client-go's is tokenFile.
  const users = (load(text) as KubeconfigFile).users ?? [];
  for (const { name, user } of users) {
    const known = config.getUser(name) as { authProvider?: unknown; token?: string } | null;
    if (known && typeof user?.tokenFile === "string" && user.tokenFile !== "") {
      known.authProvider = { name: "tokenFile", config: { tokenFile: user.tokenFile } };
      delete known.token;
    }
  }
  return config;
}
