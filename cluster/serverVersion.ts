import type { Cluster } from "./connection.ts";
import { getJson } from "./discovery.ts";

/** E.g. v1.34.1-gke.2037000; every login may read it, where the administrator has not said otherwise. */
export async function serverVersion(cluster: Cluster): Promise<string> {
  return (await getJson<{ gitVersion: string }>(cluster, "/version")).gitVersion;
}
