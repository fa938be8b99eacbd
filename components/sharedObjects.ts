import * as pulumi from "@pulumi/pulumi";
import { isRelease, type KubernetesObject } from "../manifests/kubernetesObject.ts";
import { declareObjects, runsPods } from "./kubernetesObjects.ts";
import type { Workspace } from "./workspace.ts";

/** What several engines or runs use: our programs as ConfigMaps, a model cache that many pods may mount, a gateway. */
export class SharedObjects extends pulumi.ComponentResource {
  readonly resources: readonly pulumi.Resource[];

  constructor(
    name: string,
    args: { readonly objects: readonly KubernetesObject[]; readonly workspace: Workspace },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("llmbench:components:SharedObjects", name, {}, opts);
    const { resources, namespace } = args.workspace;
    // One component per object: each name is a hash or the only one of its kind, so a URN by name is stable.
    const made: pulumi.CustomResource[] = [];
    for (const object of args.objects) {
      const dependsOn = [...resources, ...(runsPods(object) ? made : [])];
      // A release brings its own name into that of its resource.
      const own = isRelease(object) ? name : `${name}-${object.metadata?.name}`;
      made.push(...declareObjects(this, own, [object], { dependsOn, deletedWith: namespace }));
    }
    this.resources = made;
    this.registerOutputs({});
  }
}
