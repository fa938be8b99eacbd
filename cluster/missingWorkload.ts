import type { EngineWorkload } from "../manifests/kubernetesObject.ts";
import type { Cluster } from "./connection.ts";
import { type Diagnosis, patient } from "./diagnosis.ts";
import { gatewayComplaints } from "./gateway.ts";

/** Completes "Deployment x ...": all objects have been applied, and this one is not there. */
export async function missingWorkload(
  cluster: Cluster,
  namespace: string,
  { kind, role, release }: EngineWorkload,
): Promise<Diagnosis> {
  if (role === "gateway") {
    const said = await gatewayComplaints(cluster, namespace);
    return {
      ...patient(120),
      state: "refused",
      message: `is not there: the gateway's provider makes it once it has accepted the Gateway${said === null ? ", about which it has said nothing" : `; ${said}`}`,
      next: "is that provider installed, and is llmd.gatewayClass one of its classes? ./bench preview lists what is missing",
    };
  }
  if (release === null) {
    return {
      ...patient(20),
      state: "refused",
      message: "is not there",
      next: "somebody else deleted it: destroy and up make it again, and results stay",
    };
  }
  const operator = kind === "LeaderWorkerSet" ? "; its kind needs the LeaderWorkerSet operator in the cluster" : "";
  return {
    ...patient(20),
    state: "refused",
    message: `is not there, though the release was installed${operator}`,
    next: `see what it made: helm get manifest ${release} -n ${namespace}; after a deletion by hand, destroy and up make it again`,
  };
}
