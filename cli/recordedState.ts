import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Deployment } from "@pulumi/pulumi/automation/index.js";
import type { ClusterIdentity } from "../cluster/connection.ts";
import { ownStateFolder } from "./backend.ts";
import { stateOnDisk } from "./stateFile.ts";

/** An object of the cluster, as far as its name goes. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** How a Helm release is named among objects. */
export const releaseKind = { apiVersion: "helm.sh/v3", kind: "Release" } as const;

/** What earlier commands wrote down about a stack. */
export interface RecordedState {
  /** Cluster that its objects are in; null: nothing of it is deployed. */
  readonly cluster: ClusterIdentity | null;
  /** Objects whose creation was begun and never confirmed: the engine was killed in between. */
  readonly unconfirmed: readonly ObjectName[];
}

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** It was replaced and waits for its deletion. */
  readonly delete?: boolean;
  /** It was deleted, and its replacement is not there yet. */
  readonly pendingReplacement?: boolean;
}

/**
 * From the file where the backend is ours, else asked of the CLI, in the time that `stack select` would take, which besides
 * leaves a file in the user's home for each folder that it was called in. Not through the Automation API, which has all
 * secrets decrypted for it.
 * @returns null when there is no such stack  @throws with what the CLI said on stderr
 */
export async function exportedState(
  command: string,
  stack: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Deployment | null> {
  const folder = ownStateFolder();
  const read = folder === null ? undefined : stateOnDisk(folder, stack);
  if (read !== undefined) return read;
  try {
    const args = ["stack", "export", "--stack", stack, "--non-interactive"];
    const { stdout } = await promisify(execFile)(command, args, { ...options, maxBuffer: Number.POSITIVE_INFINITY });
    return JSON.parse(stdout);
  } catch (error) {
    if (/no stack named.*found/.test(String((error as { stderr?: string }).stderr))) return null;
    throw error;
  }
}

/** @param exported null: nothing was ever deployed */
export function readState(exported: Deployment | null): RecordedState {
  const { resources, pending_operations } = (exported?.deployment ?? {}) as {
    resources?: readonly Resource[];
    pending_operations?: readonly { resource: Resource; type: string }[];
  };
  const provider = resources?.find(({ type }) => type === "pulumi:providers:kubernetes")?.inputs;
  const server = provider?.clusterIdentifier;
  // The provider's, not the stack's outputs: those are missing when the first `up` did not come to its end.
  if (typeof server !== "string") return { cluster: null, unconfirmed: [] };
  const key = (resource: Resource) => JSON.stringify([resource.urn, objectName(resource)]);
  const confirmed = new Set(resources?.filter((one) => !one.delete && !one.pendingReplacement).map(key));
  return {
    cluster: { server, context: String(provider?.context) },
    // The engine keeps such an entry until somebody refreshes the stack, also when the object has long been confirmed.
    unconfirmed: (pending_operations ?? []).flatMap(({ type, resource }) =>
      type === "creating" && !confirmed.has(key(resource)) ? objectName(resource) : [],
    ),
  };
}

function objectName({ type, inputs }: Resource): ObjectName[] {
  if (type === "kubernetes:helm.sh/v3:Release") {
    const { name, namespace } = (inputs ?? {}) as { name?: string; namespace?: string };
    return name && namespace ? [{ ...releaseKind, metadata: { name, namespace } }] : [];
  }
  const { apiVersion, kind, metadata } = (inputs ?? {}) as Partial<ObjectName>;
  if (!apiVersion || !kind || !metadata) return [];
  const { name, namespace } = metadata;
  return [{ apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } }];
}
