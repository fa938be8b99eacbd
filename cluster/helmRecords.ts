import { gunzipSync } from "node:zlib";
import type { V1Secret } from "@kubernetes/client-node";
import { loadAll } from "js-yaml";
import { labelKeys, labelValue } from "../manifests/labels.ts";
import type { Cluster } from "./connection.ts";
import { isStatus } from "./noAnswer.ts";

/** One revision of a release, as Helm keeps it: a Secret in the release's namespace. */
export interface HelmRecord {
  readonly secret: string;
  readonly release: string;
  readonly revision: number;
  /** e.g. deployed, superseded, failed, pending-install. */
  readonly status: string;
  /** What the chart rendered to, as YAML documents. */
  readonly manifest: string;
}

/** Records of these releases that a stack of ours made, oldest first; of others' releases of the same name there are none. */
export async function helmRecords(
  cluster: Cluster,
  namespace: string,
  releases: readonly string[],
  stack: string,
): Promise<HelmRecord[]> {
  if (releases.length === 0) return [];
  const labelSelector = `owner=helm,name in (${releases.join(",")})`;
  const { items } = await cluster.core.listNamespacedSecret({ namespace, labelSelector });
  return items
    .flatMap((secret) => recordOf(secret, stack) ?? [])
    .sort((a, b) => a.release.localeCompare(b.release) || a.revision - b.revision);
}

/** null: it is not of this stack, or not to be read. */
export function recordOf({ metadata, data }: V1Secret, stack: string): HelmRecord | null {
  const { name: release = "", status = "", version = "0" } = metadata?.labels ?? {};
  const content = contentOf(data?.release ?? "");
  if (content === null || !stackLabel(stack).test(content.text)) return null;
  const secret = metadata?.name ?? "";
  return { secret, release, revision: Number(version), status, manifest: content.manifest };
}

/**
 * All our releases have the stack's label in their values: on pods, in selectors, on the Gateway. As a whole: "b" is part of
 * "bench", whose releases may have the same names, and what is taken for ours is uninstalled.
 */
function stackLabel(stack: string): RegExp {
  const value = labelValue(stack).replaceAll(".", "\\.");
  return new RegExp(`${labelKeys.stack}["']?\\s*[:=]\\s*["']?${value}(?![\\w.-])`);
}

/** Helm packs a record and writes it as base64, which the API server does once more. */
function contentOf(text: string): { readonly text: string; readonly manifest: string } | null {
  try {
    const inner = Buffer.from(Buffer.from(text, "base64").toString("latin1"), "base64");
    const json = (inner[0] === 0x1f && inner[1] === 0x8b ? gunzipSync(inner) : inner).toString("utf8");
    const { config, manifest } = JSON.parse(json) as { config?: unknown; manifest?: string };
    return { text: `${JSON.stringify(config)}\n${manifest ?? ""}`, manifest: manifest ?? "" };
  } catch {
    return null;
  }
}

/**
 * Takes a record away. Of what a killed command left pending: Helm refuses every later one with "another operation is in
 * progress" (helm#7476, pulumi-kubernetes#2054). It then goes on from the revision before, or installs anew and adopts
 * the objects, which carry its annotations.
 */
export async function forgetRecord(cluster: Cluster, namespace: string, { secret }: HelmRecord): Promise<void> {
  try {
    await cluster.core.deleteNamespacedSecret({ namespace, name: secret });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

/** What `helm uninstall` does, for a release that the state does not know: its objects go, then its records. */
export async function uninstall(cluster: Cluster, namespace: string, records: readonly HelmRecord[]): Promise<void> {
  for (const record of records) {
    for (const object of objectsIn(record.manifest)) await removeObject(cluster, namespace, record.release, object);
  }
  for (const record of records) await forgetRecord(cluster, namespace, record);
}

interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export function objectsIn(manifest: string): Rendered[] {
  return (loadAll(manifest) as (Rendered | null)[]).flatMap((object) => (object?.kind ? [object] : []));
}

async function removeObject(cluster: Cluster, namespace: string, release: string, { metadata, ...kind }: Rendered) {
  const object = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { namespace, ...metadata } };
  try {
    const found = await cluster.objects.read(object);
    // An object of this name that Helm did not make is somebody else's.
    if (found.metadata?.annotations?.["meta.helm.sh/release-name"] !== release) return;
    await cluster.objects.delete(object, undefined, undefined, undefined, undefined, "Background");
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}
