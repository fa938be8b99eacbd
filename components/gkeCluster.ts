import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { clusterArgs, cpuPoolArgs, gpuPoolArgs, workloadPool } from "./gkeNodePool.ts";
import type { GkeSettings } from "./gkeSettings.ts";

/** What nodes do in the project: write logs and metrics, pull images. */
const nodeRoles = ["roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"];

/**
 * A GKE cluster with one pool of GPU nodes that is empty while nothing asks for a GPU. It lives in a project of its own:
 * a scenario that is changed or destroyed must not take a cluster with it.
 */
export class GkeCluster extends pulumi.ComponentResource {
  /** Context that the `gcloud` line of `credentials` makes. */
  readonly context: pulumi.Output<string>;
  readonly credentials: pulumi.Output<string>;
  /** Holds no credential, but who can reach what is nobody else's business. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Keys for the stack file of a scenario that is to run here. */
  readonly next: pulumi.Output<{ readonly "llm-bench:gpu": string; readonly "llm-bench:cluster": { context: string } }>;

  constructor(name: string, settings: GkeSettings, opts?: pulumi.ComponentResourceOptions) {
    super("llmbench:components:GkeCluster", name, settings, opts);
    const identity = this.#nodeIdentity(name, settings);
    const cluster = new gcp.container.Cluster(`${name}-cluster`, clusterArgs(settings, identity.email), {
      parent: this,
      dependsOn: identity.roles,
      // Described the pool that is gone; read back it would be another pool's, and a difference replaces the cluster.
      ignoreChanges: ["nodeConfig"],
    });
    // A pool under the same name cannot stand beside the old one, nor would there be quota for both.
    const own = { parent: this, deleteBeforeReplace: true };
    const cpu = new gcp.container.NodePool(
      `${name}-cpu`,
      { ...cpuPoolArgs(settings, identity.email), cluster: cluster.name },
      own,
    );
    const gpu = new gcp.container.NodePool(
      `${name}-gpu`,
      { ...gpuPoolArgs(settings, identity.email), cluster: cluster.name },
      // GKE puts its taint on GPU nodes only where other nodes are there already.
      { ...own, dependsOn: [cpu] },
    );
    this.#workloadIdentity(name, settings, cluster);

    const { project, zone } = settings;
    const context = `gke_${project}_${zone}_${settings.name}`;
    this.context = pulumi.output(context);
    this.credentials = pulumi.output(
      `gcloud container clusters get-credentials ${settings.name} --project ${project} --zone ${zone}`,
    );
    // Not before there are nodes: a scenario that got it sooner would find a cluster that can run nothing.
    this.kubeconfig = pulumi.secret(
      pulumi
        .all([cluster.endpoint, cluster.masterAuth.clusterCaCertificate, cpu.id, gpu.id])
        .apply(([endpoint, authority]) => kubeconfig(context, endpoint, authority)),
    );
    this.next = pulumi.output({ "llm-bench:gpu": settings.gpu.name, "llm-bench:cluster": { context } });
    this.registerOutputs({
      context: this.context,
      credentials: this.credentials,
      kubeconfig: this.kubeconfig,
      next: this.next,
    });
  }

  /** Not the project's default account, which may usually edit everything in it. */
  #nodeIdentity(name: string, { project, name: cluster }: GkeSettings) {
    const account = new gcp.serviceaccount.Account(
      `${name}-nodes`,
      { project, accountId: `${cluster}-nodes`, displayName: `Nodes of the GKE cluster ${cluster}` },
      { parent: this },
    );
    const roles = nodeRoles.map(
      (role) =>
        new gcp.projects.IAMMember(
          `${name}-nodes-${role.replace(/^roles\//, "").replaceAll(".", "-")}`,
          { project, role, member: pulumi.interpolate`serviceAccount:${account.email}` },
          { parent: this },
        ),
    );
    return { email: account.email, roles };
  }

  /** The pool of identities exists with the first cluster that has it, hence after ours. */
  #workloadIdentity(name: string, settings: GkeSettings, cluster: gcp.container.Cluster): void {
    if (settings.workloadIdentity === null) return;
    const { googleServiceAccount, namespace, serviceAccount } = settings.workloadIdentity;
    const home = googleServiceAccount.replace(/^[^@]+@(.+)\.iam\.gserviceaccount\.com$/, "$1");
    new gcp.serviceaccount.IAMMember(
      `${name}-workload-identity`,
      {
        serviceAccountId: `projects/${home}/serviceAccounts/${googleServiceAccount}`,
        role: "roles/iam.workloadIdentityUser",
        member: `serviceAccount:${workloadPool(settings)}[${namespace}/${serviceAccount}]`,
      },
      { parent: this, dependsOn: [cluster] },
    );
  }
}

/** As JSON, which is YAML too. Whoever uses it logs in with a plugin of the Google Cloud CLI. */
function kubeconfig(context: string, endpoint: string, certificateAuthority: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": context,
    clusters: [
      {
        name: context,
        cluster: { server: `https://${endpoint}`, "certificate-authority-data": certificateAuthority },
      },
    ],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    users: [
      {
        name: context,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "gke-gcloud-auth-plugin",
            installHint: "gcloud components install gke-gcloud-auth-plugin",
            provideClusterInfo: true,
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}
