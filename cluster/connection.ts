import type { BatchV1Api, CoreV1Api, KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";

/** Which cluster: resolved once, shown in preview, kept in the stack's outputs. Holds no credential. */
export interface ClusterIdentity {
  /** Context of the kubeconfig, or the host itself where host and token were given. */
  readonly context: string;
  readonly server: string;
}

/** A resolved cluster and how to log in to it. */
export interface ClusterAccess {
  readonly identity: ClusterIdentity;
  /** For the Pulumi provider: a file, or (host and token, several merged files) a text that holds credentials. */
  readonly kubeconfig: { readonly path: string } | { readonly secretText: string };
  readonly config: KubeConfig;
}

/** Typed clients of one cluster; each request has a deadline of its own. */
export interface Cluster {
  readonly identity: ClusterIdentity;
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly batch: BatchV1Api;
  readonly objects: KubernetesObjectApi;
}
