import type * as gcp from "@pulumi/gcp";
import { cardOf } from "./gkeMachines.ts";
import type { GkeSettings } from "./gkeSettings.ts";

/** Without what other resources give: the cluster's name. */
export type NodePoolArgs = Omit<gcp.container.NodePoolArgs, "cluster">;

/** A cluster without nodes of its own. `serviceAccount`: e-mail of the nodes' identity. */
export function clusterArgs(
  settings: GkeSettings,
  serviceAccount: gcp.container.NodePoolArgs["cluster"],
): gcp.container.ClusterArgs {
  const { project, zone, name, network, subnetwork, campaign } = settings;
  return {
    name,
    project,
    // One zone: the disk with the model is there, and a GPU node elsewhere could not mount it.
    location: zone,
    network,
    ...(subnetwork === null ? {} : { subnetwork }),
    // The pool that GKE insists on is deleted at once; its nodes have our identity, since many projects disable the default one.
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    nodeConfig: { serviceAccount, oauthScopes },
    // On by default since provider 5.0, and `destroy` fails as long as it is on.
    deletionProtection: false,
    // Of a cluster in a channel GKE upgrades and repairs nodes, and pools that say otherwise are refused.
    releaseChannel: { channel: campaign ? "UNSPECIFIED" : "REGULAR" },
    ipAllocationPolicy: {},
    workloadIdentityConfig: { workloadPool: workloadPool(settings) },
    addonsConfig: {
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      // Results are on a claim of class standard-rwx, which is Filestore.
      gcpFilestoreCsiDriverConfig: { enabled: true },
    },
    resourceLabels: { "managed-by": "llm-bench" },
  };
}

/**
 * Nodes with GPUs. Labels (accelerator, partition size) and the taint nvidia.com/gpu are set by GKE, and pods that ask
 * for a GPU tolerate it.
 */
export function gpuPoolArgs(
  settings: GkeSettings,
  serviceAccount: gcp.container.NodePoolArgs["cluster"],
): NodePoolArgs {
  const { gpu, machine, provisioning, minNodes, maxNodes, gpuDriver } = settings;
  const gke = cardOf(gpu).labels.gke as NonNullable<typeof gpu.labels.gke>;
  return {
    ...pool(settings, "gpu"),
    initialNodeCount: minNodes,
    autoscaling: {
      totalMinNodeCount: minNodes,
      totalMaxNodeCount: maxNodes,
      // Reservations first, and for Spot wherever preemption is least likely.
      locationPolicy: "ANY",
    },
    nodeConfig: {
      ...node(serviceAccount),
      machineType: machine.machineType,
      diskSizeGb: 200,
      ...(machine.localSsds === 0 ? {} : { ephemeralStorageLocalSsdConfig: { localSsdCount: machine.localSsds } }),
      spot: provisioning === "spot",
      ...(provisioning === "flex-start"
        ? { flexStart: true, reservationAffinity: { consumeReservationType: "NO_RESERVATION" } }
        : {}),
      guestAccelerators: [
        {
          type: gke.accelerator,
          count: machine.gpus,
          ...(gpu.mig === null ? {} : { gpuPartitionSize: gpu.mig.profile }),
          // GKE's own driver; the GPU operator's breaks the container runtime of its node image (gpu-operator#1679).
          gpuDriverInstallationConfig: { gpuDriverVersion: gpuDriver.toUpperCase() },
        },
      ],
    },
  };
}

/** Nodes for the load generator, which may ask for 16 cores and 32Gi, and for all that GKE itself runs. */
export function cpuPoolArgs(
  settings: GkeSettings,
  serviceAccount: gcp.container.NodePoolArgs["cluster"],
): NodePoolArgs {
  return {
    ...pool(settings, "cpu"),
    initialNodeCount: 1,
    autoscaling: { totalMinNodeCount: 1, totalMaxNodeCount: 2, locationPolicy: "ANY" },
    nodeConfig: { ...node(serviceAccount), machineType: settings.cpuMachineType, diskSizeGb: 100 },
  };
}

export function workloadPool({ project }: GkeSettings): string {
  return `${project}.svc.id.goog`;
}

function pool({ project, zone, campaign }: GkeSettings, name: string): NodePoolArgs {
  return {
    name,
    project,
    location: zone,
    // An upgrade or a repair replaces the node under a run, and the engine loads its model anew somewhere in the middle.
    management: { autoRepair: !campaign, autoUpgrade: !campaign },
  };
}

const oauthScopes = ["https://www.googleapis.com/auth/cloud-platform"];

function node(serviceAccount: gcp.container.NodePoolArgs["cluster"]) {
  return {
    // What the node may do is what this account may; the scope is not a second, forgotten limit.
    serviceAccount,
    oauthScopes,
    // Image streaming: a pod starts before its image is there in full (images of Artifact Registry only).
    gcfsConfig: { enabled: true },
    gvnic: { enabled: true },
    // Pods see their own identity, not the node's.
    workloadMetadataConfig: { mode: "GKE_METADATA" },
  };
}
