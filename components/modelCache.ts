import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../manifests/kubernetesObject.ts";
import { declareObjects } from "./kubernetesObjects.ts";
import type { Workspace } from "./workspace.ts";

export interface ModelCacheArgs {
  /** Claim and download Job. */
  readonly objects: readonly KubernetesObject[];
  readonly workspace: Workspace;
  /** The script that the Job mounts is among them. */
  readonly shared: readonly pulumi.Resource[];
}

/** A model's weights on a claim, downloaded once: a Job that finds them there ends at once. */
export class ModelCache extends pulumi.ComponentResource {
  readonly resources: readonly pulumi.Resource[];

  constructor(name: string, args: ModelCacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("llmbench:components:ModelCache", name, {}, opts);
    const { resources, namespace } = args.workspace;
    this.resources = declareObjects(this, name, args.objects, {
      dependsOn: [...resources, ...args.shared],
      deletedWith: namespace,
      deleteBeforeReplace: true,
    });
    this.registerOutputs({});
  }
}
