import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../manifests/kubernetesObject.ts";
import { declareObjects } from "./kubernetesObjects.ts";
import type { Workspace } from "./workspace.ts";

export interface ModelCacheArgs {
  /** Claim, script and download Job: what `modelCacheManifests` gives. */
  readonly objects: readonly KubernetesObject[];
  readonly workspace: Workspace;
}

/** A model's weights on a claim, downloaded once: a Job that finds them there ends at once. */
export class ModelCache extends pulumi.ComponentResource {
  readonly resources: readonly pulumi.Resource[];

  constructor(name: string, args: ModelCacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("llmbench:components:ModelCache", name, {}, opts);
    const { resources, namespace } = args.workspace;
    this.resources = declareObjects(this, name, args.objects, {
      dependsOn: [...resources],
      deletedWith: namespace,
      deleteBeforeReplace: true,
    });
    this.registerOutputs({});
  }
}
