import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";
import type { GkeCluster } from "../../components/gkeCluster.ts";
import type { GkeSettings } from "../../components/gkeSettings.ts";
import { settingsOf } from "./gkeStacks.ts";
import { only, type Registered, registered, resolved, summary } from "./pulumiMocks.ts";

const clusterType = "gcp:container/cluster:Cluster";
const poolType = "gcp:container/nodePool:NodePool";
const nodesAccount = "llm-bench-nodes@my-project.iam.gserviceaccount.com";
const outputs = {
  "gcp:serviceaccount/account:Account": { email: nodesAccount },
  [clusterType]: { endpoint: "203.0.113.7", masterAuth: { clusterCaCertificate: "Q0E=" } },
};

/** As Pulumi hands it over, with the defaults of gke-cluster/Pulumi.yaml. */
async function clusterOf(settings: GkeSettings): Promise<{ resources: Registered[]; cluster: GkeCluster }> {
  let cluster: GkeCluster | undefined;
  const resources = await registered(async () => {
    const { GkeCluster } = await import("../../components/gkeCluster.ts");
    cluster = new GkeCluster(settings.name, settings);
  }, outputs);
  return { resources, cluster: cluster as GkeCluster };
}

const gpuPool = async (stack: string, changes: Readonly<Record<string, string>> = {}) =>
  only((await clusterOf(settingsOf(stack, changes))).resources, poolType, "llm-bench-gpu").inputs;

const node = {
  serviceAccount: nodesAccount,
  oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
  gcfsConfig: { enabled: true },
  gvnic: { enabled: true },
  workloadMetadataConfig: { mode: "GKE_METADATA" },
};
const pool = {
  project: "my-project",
  location: "us-central1-a",
  cluster: "llm-bench",
  management: { autoRepair: false, autoUpgrade: false },
};
const gpuPoolOf = (nodeConfig: object) => ({
  ...pool,
  name: "gpu",
  initialNodeCount: 0,
  autoscaling: { totalMinNodeCount: 0, totalMaxNodeCount: 1, locationPolicy: "ANY" },
  nodeConfig: { ...node, diskSizeGb: 200, ...nodeConfig },
});
const latestDriver = { gpuDriverInstallationConfig: { gpuDriverVersion: "LATEST" } };

describe("GKE cluster", function () {
  // The Google SDK takes seconds to load on a busy machine.
  this.timeout(60_000);

  it("makes a cluster, two pools and an identity for nodes, all of one component", async () => {
    const { resources } = await clusterOf(settingsOf("a100"));
    assert.deepEqual(summary(resources), [
      `${clusterType} llm-bench-cluster`,
      `${poolType} llm-bench-cpu`,
      `${poolType} llm-bench-gpu`,
      "gcp:projects/iAMMember:IAMMember llm-bench-nodes-artifactregistry-reader",
      "gcp:projects/iAMMember:IAMMember llm-bench-nodes-container-defaultNodeServiceAccount",
      "gcp:serviceaccount/account:Account llm-bench-nodes",
      "llmbench:components:GkeCluster llm-bench",
    ]);
    const component = only(resources, "llmbench:components:GkeCluster");
    for (const one of resources) if (one !== component) assert.equal(one.parent, component.urn);
  });

  it("asks for a cluster that can be destroyed, whose nodes nobody touches, with Workload Identity and Filestore", async () => {
    const { resources } = await clusterOf(settingsOf("a100"));
    const { inputs, options } = only(resources, clusterType);
    assert.deepEqual(inputs, {
      name: "llm-bench",
      project: "my-project",
      location: "us-central1-a",
      network: "default",
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: { serviceAccount: node.serviceAccount, oauthScopes: node.oauthScopes },
      deletionProtection: false,
      releaseChannel: { channel: "UNSPECIFIED" },
      ipAllocationPolicy: {},
      workloadIdentityConfig: { workloadPool: "my-project.svc.id.goog" },
      addonsConfig: {
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        gcpFilestoreCsiDriverConfig: { enabled: true },
      },
      resourceLabels: { "managed-by": "llm-bench" },
    });
    assert.deepEqual(options.ignoreChanges, ["nodeConfig"]);
    assert.ok(options.dependsOn.includes("llm-bench-nodes-container-defaultNodeServiceAccount"), "roles come first");
  });

  it("gives nodes an identity of their own with two roles", async () => {
    const { resources } = await clusterOf(settingsOf("a100"));
    assert.equal(only(resources, "gcp:serviceaccount/account:Account").inputs.accountId, "llm-bench-nodes");
    const roles = resources.filter(({ type }) => type === "gcp:projects/iAMMember:IAMMember");
    assert.deepEqual(roles.map(({ inputs }) => inputs.role).sort(), [
      "roles/artifactregistry.reader",
      "roles/container.defaultNodeServiceAccount",
    ]);
    for (const { inputs } of roles) assert.equal(inputs.member, `serviceAccount:${nodesAccount}`);
  });

  it("a100: one A100 on demand, with GKE's driver and no labels or taints of ours", async () => {
    assert.deepEqual(
      await gpuPool("a100"),
      gpuPoolOf({
        machineType: "a2-highgpu-1g",
        spot: false,
        guestAccelerators: [{ type: "nvidia-tesla-a100", count: 1, ...latestDriver }],
      }),
    );
  });

  it("h100: one H100 as Flex-start VM, which takes no reservation", async () => {
    assert.deepEqual(
      await gpuPool("h100"),
      gpuPoolOf({
        machineType: "a3-highgpu-1g",
        ephemeralStorageLocalSsdConfig: { localSsdCount: 2 },
        spot: false,
        flexStart: true,
        reservationAffinity: { consumeReservationType: "NO_RESERVATION" },
        guestAccelerators: [{ type: "nvidia-h100-80gb", count: 1, ...latestDriver }],
      }),
    );
  });

  it("h100-mig: a Spot VM whose H100 is cut into slices", async () => {
    assert.deepEqual(
      await gpuPool("h100-mig"),
      gpuPoolOf({
        machineType: "a3-highgpu-1g",
        ephemeralStorageLocalSsdConfig: { localSsdCount: 2 },
        spot: true,
        guestAccelerators: [{ type: "nvidia-h100-80gb", count: 1, gpuPartitionSize: "3g.40gb", ...latestDriver }],
      }),
    );
  });

  it("eight H100 can be had on demand; sizes and driver are settings", async () => {
    const inputs = await gpuPool("h100", {
      gpusPerNode: "8",
      provisioning: "on-demand",
      minNodes: "1",
      maxNodes: "3",
      gpuDriver: "default",
    });
    const { machineType, guestAccelerators, spot } = inputs.nodeConfig as Record<string, unknown>;
    assert.deepEqual(
      {
        machineType,
        guestAccelerators,
        spot,
        initialNodeCount: inputs.initialNodeCount,
        autoscaling: inputs.autoscaling,
      },
      {
        machineType: "a3-highgpu-8g",
        guestAccelerators: [
          { type: "nvidia-h100-80gb", count: 8, gpuDriverInstallationConfig: { gpuDriverVersion: "DEFAULT" } },
        ],
        spot: false,
        initialNodeCount: 1,
        autoscaling: { totalMinNodeCount: 1, totalMaxNodeCount: 3, locationPolicy: "ANY" },
      },
    );
  });

  it("CPU nodes take a load generator of 16 cores and 32Gi beside what GKE runs", async () => {
    const { resources } = await clusterOf(settingsOf("a100"));
    assert.deepEqual(only(resources, poolType, "llm-bench-cpu").inputs, {
      ...pool,
      name: "cpu",
      initialNodeCount: 1,
      autoscaling: { totalMinNodeCount: 1, totalMaxNodeCount: 2, locationPolicy: "ANY" },
      nodeConfig: { ...node, machineType: "c3-standard-22", diskSizeGb: 100 },
    });
    // 22 cores, 88 GB. GKE keeps 6 % of the first core, 1 % of the second, 0.5 % of two more, 0.25 % of the others; of
    // memory 25 % of the first 4 GiB, 20 % of the next 4, 10 % to 16, 6 % to 128, and 100 MiB.
    const cores = 22 - (0.06 + 0.01 + 2 * 0.005 + 18 * 0.0025);
    const memoryGiB = 81.9 - (1 + 0.8 + 0.8 + (81.9 - 16) * 0.06 + 0.1);
    assert.ok(cores - 16 > 4, `${cores - 16} cores left`);
    assert.ok(memoryGiB - 32 > 16, `${memoryGiB - 32} GiB left`);
  });

  it("pools are replaced one after the other, and the one with GPUs comes last, or GKE sets no taint", async () => {
    const { resources } = await clusterOf(settingsOf("a100"));
    for (const name of ["llm-bench-cpu", "llm-bench-gpu"])
      assert.equal(only(resources, poolType, name).options.deleteBeforeReplace, true);
    assert.ok(only(resources, poolType, "llm-bench-gpu").options.dependsOn.includes("llm-bench-cpu"));
  });

  it("outside a campaign GKE may upgrade and repair, within a release channel", async () => {
    const { resources } = await clusterOf(settingsOf("a100", { campaign: "false" }));
    assert.deepEqual(only(resources, clusterType).inputs.releaseChannel, { channel: "REGULAR" });
    for (const name of ["llm-bench-cpu", "llm-bench-gpu"])
      assert.deepEqual(only(resources, poolType, name).inputs.management, { autoRepair: true, autoUpgrade: true });
  });

  it("lets one ServiceAccount act as a Google service account, where that is asked for", async () => {
    const email = "weights@other-project.iam.gserviceaccount.com";
    const { resources } = await clusterOf(settingsOf("a100", { workloadIdentity: email }));
    const binding = only(resources, "gcp:serviceaccount/iAMMember:IAMMember");
    assert.deepEqual(binding.inputs, {
      serviceAccountId: `projects/other-project/serviceAccounts/${email}`,
      role: "roles/iam.workloadIdentityUser",
      member: "serviceAccount:my-project.svc.id.goog[llmdbench/llmdbench-runner]",
    });
    assert.ok(binding.options.dependsOn.includes("llm-bench-cluster"), "the pool of identities comes with the cluster");
  });

  it("says how to reach it, and what a scenario is to name", async () => {
    const { cluster } = await clusterOf(settingsOf("h100-mig", { zone: "europe-west4-b" }));
    const context = "gke_my-project_europe-west4-b_llm-bench";
    assert.equal(await resolved(cluster.context), context);
    assert.equal(
      await resolved(cluster.credentials),
      "gcloud container clusters get-credentials llm-bench --project my-project --zone europe-west4-b",
    );
    assert.deepEqual(await resolved(cluster.next), {
      "llm-bench:gpu": "h100-80-mig-3g.40gb",
      "llm-bench:cluster": { context },
    });
    assert.equal(await pulumi.isSecret(cluster.kubeconfig), true);
    const config = load(await resolved(cluster.kubeconfig)) as Record<string, unknown>;
    assert.equal(config["current-context"], context);
    assert.deepEqual(config.clusters, [
      { name: context, cluster: { server: "https://203.0.113.7", "certificate-authority-data": "Q0E=" } },
    ]);
    const [user] = config.users as [{ user: { exec: Record<string, unknown> } }];
    assert.equal(user.user.exec.command, "gke-gcloud-auth-plugin");
    assert.equal(user.user.exec.apiVersion, "client.authentication.k8s.io/v1beta1");
  });
});
