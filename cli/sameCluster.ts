import { type ClusterIdentity, clusterAccess } from "../cluster/connection.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import { clusterToken } from "./clusterToken.ts";
import { CommandError } from "./commandError.ts";

/**
 * A changed current context must not move a stack to another cluster unseen: the engine would replace every object and
 * leave the old ones, GPUs included, where nobody looks. null: it is the same API server, or nothing is deployed.
 */
export function otherCluster(
  stack: string,
  settings: ClusterSettings,
  recorded: ClusterIdentity | null,
): CommandError | null {
  if (recorded === null) return null;
  const now = identityOf(settings);
  if (now.server === recorded.server) return null;
  return new CommandError(
    `stack "${stack}" is deployed on ${shown(recorded)}, but ${setting(settings)} now means ${shown(now)}`,
    now.context === recorded.context
      ? `if that cluster was made anew: ./bench destroy ${stack} --cluster-gone, then up; if it is another one: choose the first by cluster.context or KUBECONFIG`
      : `choose the first one: kubectl config use-context ${recorded.context}, or set cluster.context; or remove what is there: ./bench destroy ${stack} (with --cluster-gone if that cluster does not exist any more)`,
  );
}

function identityOf(settings: ClusterSettings): ClusterIdentity {
  // Its token may be a secret of the stack, which is not read here, and says nothing about which cluster it is.
  if (settings.host !== null) return { context: settings.host, server: settings.host };
  return clusterAccess(settings, clusterToken()).identity;
}

function setting({ host, context }: ClusterSettings): string {
  if (host !== null) return "cluster.host";
  return context === "auto" ? "the kubeconfig's current context" : `cluster.context "${context}"`;
}

function shown({ context, server }: ClusterIdentity): string {
  return context === server ? server : `context "${context}" (${server})`;
}
