import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { type Cluster, type ClusterAccess, clusterAccess, connect } from "../cluster/connection.ts";
import { forgetRecord, type HelmRecord, helmRecords, uninstall } from "../cluster/helmRecords.ts";
import { isStatus } from "../cluster/noAnswer.ts";
import { labelKeys, labelValue } from "../manifests/labels.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import { clusterToken } from "./clusterToken.ts";
import { type ObjectName, releaseKind } from "./recordedState.ts";

/**
 * Objects that a killed `up` had created before it could write that down. To create them again fails with "already
 * exists", and a Job among them may be a run under way. Returns those that are there and carry the stack's own label.
 */
export async function ownAmong(
  objects: readonly ObjectName[],
  name: string,
  settings: ClusterSettings,
  stack: Stack,
): Promise<readonly ObjectName[]> {
  if (objects.length === 0) return [];
  const cluster = connect(await access(settings, stack));
  const isOurs = async (object: ObjectName) => {
    try {
      if (isRelease(object)) return (await recordsOf(cluster, object, name)).length > 0;
      const { metadata } = await cluster.objects.read(object as never);
      return metadata?.labels?.[labelKeys.stack] === labelValue(name);
    } catch (error) {
      if (isStatus(error, 404)) return false;
      throw error;
    }
  };
  const ours = await Promise.all(objects.map(isOurs));
  return objects.filter((_, i) => ours[i]);
}

/**
 * Lets the provider take over what exists, by its own switch (pulumi-kubernetes#2926), for the rest of this process. A
 * release is installed once more, which Helm does to a name only that it has no record of; it adopts the objects.
 */
export async function takeOver(
  objects: readonly ObjectName[],
  name: string,
  settings: ClusterSettings,
  stack: Stack,
  say: (line: string) => void,
): Promise<void> {
  if (objects.length === 0) return;
  for (const { kind, metadata } of objects)
    say(
      `taking over ${kind} ${metadata.name}, which an earlier \`up\` created and was killed before it wrote that down`,
    );
  process.env.PULUMI_K8S_UPSERT_EXISTING_OBJECTS = "true";
  const cluster = connect(await access(settings, stack));
  for (const release of objects.filter(isRelease)) {
    for (const record of await recordsOf(cluster, release, name)) {
      await forgetRecord(cluster, release.metadata.namespace ?? "", record);
    }
  }
}

function isRelease({ kind, apiVersion }: ObjectName): boolean {
  return kind === releaseKind.kind && apiVersion === releaseKind.apiVersion;
}

function recordsOf(cluster: Cluster, { metadata }: ObjectName, stack: string): Promise<HelmRecord[]> {
  return helmRecords(cluster, metadata.namespace ?? "", [metadata.name], stack);
}

/** At `destroy` the engine does not know of them, so they would stay. */
export async function removeOwn(
  objects: readonly ObjectName[],
  name: string,
  settings: ClusterSettings,
  stack: Stack,
): Promise<void> {
  const own = await ownAmong(objects, name, settings, stack);
  if (own.length === 0) return;
  const cluster = connect(await access(settings, stack));
  for (const object of own) {
    if (isRelease(object)) {
      await uninstall(cluster, object.metadata.namespace ?? "", await recordsOf(cluster, object, name));
      continue;
    }
    await cluster.objects
      .delete(object as never, undefined, undefined, undefined, undefined, "Foreground")
      .catch((error) => {
        if (!isStatus(error, 404)) throw error;
      });
  }
}

async function access(settings: ClusterSettings, stack: Stack): Promise<ClusterAccess> {
  const token = clusterToken();
  if (settings.host === null || token !== null) return clusterAccess(settings, token);
  return clusterAccess(settings, (await stack.getConfig("llm-bench:clusterToken")).value);
}
