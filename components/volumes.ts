import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../manifests/kubernetesObject.ts";
import { declareObjects } from "./kubernetesObjects.ts";
import type { Workspace } from "./workspace.ts";

/**
 * The claim that runs write to. It is scratch: results are copied off it when a run ends, so `destroy` may take it.
 */
export class Volumes extends pulumi.ComponentResource {
  readonly resources: readonly pulumi.Resource[];

  constructor(
    name: string,
    args: { readonly objects: readonly KubernetesObject[]; readonly workspace: Workspace },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("llmbench:components:Volumes", name, {}, opts);
    const { resources, namespace } = args.workspace;
    this.resources = declareObjects(this, name, args.objects, { dependsOn: [...resources], deletedWith: namespace });
    this.registerOutputs({});
  }
}
