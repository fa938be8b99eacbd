import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { type ClusterAccess, clusterAccess, connect } from "../cluster/connection.ts";
import { isStatus } from "../cluster/noAnswer.ts";
import { labelKeys, labelValue } from "../manifests/labels.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import { clusterToken } from "./clusterToken.ts";
import type { ObjectName } from "./recordedState.ts";

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

/** Lets the provider take over what exists, by its own switch (pulumi-kubernetes#2926), for the rest of this process. */
export function takeOver(objects: readonly ObjectName[], say: (line: string) => void): void {
  if (objects.length === 0) return;
  for (const { kind, metadata } of objects)
    say(
      `taking over ${kind} ${metadata.name}, which an earlier \`up\` created and was killed before it wrote that down`,
    );
  process.env.PULUMI_K8S_UPSERT_EXISTING_OBJECTS = "true";
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
