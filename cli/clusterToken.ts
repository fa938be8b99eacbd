/**
 * Token for a cluster given by host. Commands that do not run the program cannot read the stack's secrets; they take it
 * from the environment, and say so when it is missing (cluster/kubeconfig.ts).
 */
export function clusterToken(): string | null {
  return process.env.LLMBENCH_CLUSTER_TOKEN ?? null;
}
