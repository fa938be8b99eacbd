import type { ClusterSettings } from "./scenario.ts";
import type { Config } from "./schema.ts";

/** Defaults filled in; null on platform local, which has no cluster. */
export function clusterOf({ platform, cluster = {} }: Config): ClusterSettings | null {
  if (platform === "local") return null;
  const { modelStorage = {} } = cluster;
  return {
    context: cluster.context ?? "auto",
    host: cluster.host?.replace(/\/+$/, "") ?? null,
    certificateAuthority: cluster.certificateAuthority ?? null,
    namespace: cluster.namespace ?? "llmdbench",
    createNamespace: cluster.createNamespace ?? true,
    storageClass: cluster.storageClass ?? null,
    modelStorage: {
      size: modelStorage.size ?? null,
      storageClass: modelStorage.storageClass ?? null,
      accessMode: modelStorage.accessMode ?? "ReadWriteOnce",
      claim: modelStorage.claim ?? null,
    },
    migStrategy: cluster.migStrategy ?? "single",
    readyTimeoutSeconds: cluster.readyTimeoutSeconds ?? 3600,
    monitoring: cluster.monitoring ?? false,
    expose: cluster.expose ?? false,
  };
}
