import * as pulumi from "@pulumi/pulumi";
import type { EngineEndpoint, EngineManifests } from "../manifests/kubernetesObject.ts";
import { labelKeys } from "../manifests/labels.ts";
import { declareObjects } from "./kubernetesObjects.ts";
import { ModelCache } from "./modelCache.ts";
import type { Workspace } from "./workspace.ts";

export interface EngineArgs {
  readonly manifests: EngineManifests;
  readonly workspace: Workspace;
  /** What the engine's pods mount but other engines use as well, e.g. the simulator's code. */
  readonly shared: readonly pulumi.Resource[];
}

/** What can be benchmarked: an endpoint, and whatever has to be deployed for it. */
export abstract class Engine extends pulumi.ComponentResource {
  readonly endpoint: EngineEndpoint;
  readonly resources: readonly pulumi.Resource[];

  constructor(type: string, name: string, args: EngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super(`llmbench:components:${type}`, name, { endpoint: args.manifests.endpoint }, opts);
    const { manifests, workspace, shared } = args;
    const isCache = (object: (typeof manifests.objects)[number]) =>
      object.metadata?.labels?.[labelKeys.component] === "model-cache";
    const cached = manifests.objects.filter(isCache);
    const cache =
      cached.length > 0 && new ModelCache(`${name}-model`, { objects: cached, workspace, shared }, { parent: this });
    this.endpoint = manifests.endpoint;
    this.resources = declareObjects(
      this,
      name,
      manifests.objects.filter((object) => !isCache(object)),
      {
        dependsOn: [...workspace.resources, ...shared, ...(cache ? cache.resources : [])],
        deletedWith: workspace.namespace,
      },
    );
    this.registerOutputs({ endpoint: this.endpoint });
  }
}
