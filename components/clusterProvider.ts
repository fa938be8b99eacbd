import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/connection.ts";
import { KubeConfig } from "../cluster/kubernetesClient.ts";

/** Stands for a cluster where a dry run has none: the provider previews against an address that refuses at once. */
export function noCluster(): ClusterAccess {
  const config = new KubeConfig();
  const server = "https://127.0.0.1:1";
  config.loadFromOptions({
    clusters: [{ name: "none", server }],
    users: [{ name: "none" }],
    contexts: [{ name: "none", cluster: "none", user: "none" }],
    currentContext: "none",
  });
  return { identity: { context: "none", server }, kubeconfig: { secretText: config.exportConfig() }, config };
}

/**
 * The one provider of a stack, for the cluster that was resolved and shown; nothing follows the kubeconfig's current
 * context behind the user's back (pulumi-kubernetes#2357, #1853). Pulumi.yaml turns the default provider off.
 */
export function clusterProvider({ identity, kubeconfig }: ClusterAccess): k8s.Provider {
  return new k8s.Provider("cluster", {
    kubeconfig: "path" in kubeconfig ? kubeconfig.path : pulumi.secret(kubeconfig.secretText),
    context: identity.context,
    // Another path, token or context name for the same API server is an update; without this it replaces everything.
    clusterIdentifier: identity.server,
  });
}
