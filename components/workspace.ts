import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { KubernetesObject } from "../manifests/kubernetesObject.ts";
import { apiKeySecretKey, apiKeySecretName, hfTokenSecret } from "../manifests/names.ts";
import type { Target } from "../scenario/scenario.ts";
import { declareObjects, type SecretData } from "./kubernetesObjects.ts";

export interface WorkspaceArgs {
  /** Namespaces, service accounts, roles, Secrets (without data): what `workspaceManifests` gives, claims aside. */
  readonly objects: readonly KubernetesObject[];
  readonly targets: readonly Pick<Target, "name" | "method">[];
  readonly hfToken: pulumi.Input<string> | undefined;
  /** Target name -> key of an existing engine. */
  readonly apiKeys: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Where a stack lives in the cluster: namespace, identities with their few rights, and Secrets. */
export class Workspace extends pulumi.ComponentResource {
  /** What everything else in the namespace depends on. */
  readonly resources: readonly pulumi.Resource[];
  /** null where the namespace was there before and stays. */
  readonly namespace: pulumi.Resource | undefined;

  constructor(name: string, args: WorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("llmbench:components:Workspace", name, { targets: args.targets.map((target) => target.name) }, opts);
    const isNamespace = (object: KubernetesObject) => object.kind === "Namespace";
    const namespaces = declareObjects(this, name, args.objects.filter(isNamespace));
    this.namespace = namespaces.length === 1 ? namespaces[0] : undefined;
    const inside = declareObjects(
      this,
      name,
      args.objects.filter((object) => !isNamespace(object)),
      { secretData: this.#secretData(name, args), dependsOn: namespaces, deletedWith: this.namespace },
    );
    this.resources = [...namespaces, ...inside];
    this.registerOutputs({});
  }

  /**
   * An engine under test must be loaded and read by nobody else in the cluster, so each gets a random key, kept as a
   * secret in the state and in Kubernetes Secrets, and nowhere else.
   */
  #secretData(name: string, { targets, hfToken, apiKeys }: WorkspaceArgs): SecretData {
    const data: Record<string, Record<string, pulumi.Input<string>>> = {};
    if (hfToken !== undefined) data[hfTokenSecret.name] = { [hfTokenSecret.key]: hfToken };
    for (const target of targets) {
      const key =
        target.method === "existing"
          ? apiKeys[target.name]
          : new random.RandomPassword(`${name}-${target.name}-key`, { length: 40, special: false }, { parent: this })
              .result;
      if (key !== undefined) data[apiKeySecretName(target)] = { [apiKeySecretKey]: key };
    }
    return data;
  }
}
