import { setTimeout as sleep } from "node:timers/promises";
import { type ApiServer, serverOf } from "./apiServer.ts";

/** `apiVersion/Kind namespace/name` of every object of the cluster. */
export type Listing = ReadonlySet<string>;

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

/**
 * Every object of every kind that the API server can list, once each (in its group's preferred version). Leases, and
 * whatever else changes by itself, stay in it: `leftovers` compares names, not contents.
 * @param about only objects whose text holds it, such as a namespace's name
 */
export async function listing(kubeconfig: string, about = ""): Promise<Listing> {
  // Tests beside this one take their kinds away, which may be between the discovery of a kind and its list.
  for (let attempt = 1; ; attempt++) {
    try {
      return await listed(serverOf(kubeconfig), about);
    } catch (error) {
      if (attempt === 5) throw error;
      await sleep(1000);
    }
  }
}

async function listed(server: ApiServer, about: string): Promise<Listing> {
  const found = new Set<string>();
  for (const { apiVersion, kind, plural } of await listable(server)) {
    const { items } = await server.get<{ items: { metadata: { name: string; namespace?: string } }[] | null }>(
      `${rootOf(apiVersion)}/${plural}`,
    );
    for (const item of items ?? []) {
      if (about !== "" && !JSON.stringify(item).includes(about)) continue;
      const { name, namespace } = item.metadata;
      found.add(`${apiVersion}/${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`);
    }
  }
  return found;
}

/**
 * What is there now and was not before, Events in namespaces that were there before excepted. Other tests that use the
 * cluster at the same time leave objects as well: give the namespaces that are theirs, or what the text of an object must hold to be yours.
 */
export async function leftovers(
  kubeconfig: string,
  before: Listing,
  others: readonly string[] = [],
  about = "",
): Promise<string[]> {
  const now = await listing(kubeconfig, about);
  const namespaces = new Set([...before].flatMap((entry) => /^v1\/Namespace (.+)$/.exec(entry)?.[1] ?? []));
  return [...now]
    .filter((entry) => {
      if (before.has(entry)) return false;
      const [kind = "", path = ""] = entry.split(" ");
      const namespace = path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
      if (others.includes(namespace) || (kind === "v1/Namespace" && others.includes(path))) return false;
      return !(kind.endsWith("/Event") && namespaces.has(namespace));
    })
    .sort();
}

async function listable(server: ApiServer): Promise<Resource[]> {
  const { groups } = await server.get<{ groups: { preferredVersion: { groupVersion: string } }[] }>("/apis");
  const versions = ["v1", ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  const lists = await Promise.all(
    versions.map(async (apiVersion) => {
      const { resources } = await server.get<{ resources: { name: string; kind: string; verbs: string[] }[] }>(
        rootOf(apiVersion),
      );
      return resources
        .filter(({ name, verbs }) => !name.includes("/") && verbs.includes("list"))
        .map(({ name, kind }) => ({ apiVersion, kind, plural: name }));
    }),
  );
  // Events are served twice, under v1 and under events.k8s.io: the same objects.
  return lists.flat().filter(({ apiVersion }) => !apiVersion.startsWith("events.k8s.io/"));
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
