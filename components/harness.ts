import * as pulumi from "@pulumi/pulumi";
import type { RunManifests } from "../manifests/kubernetesObject.ts";
import { declareObjects } from "./kubernetesObjects.ts";
import type { Workspace } from "./workspace.ts";

export interface HarnessArgs {
  readonly manifests: RunManifests;
  readonly workspace: Workspace;
  /** Results claim and the bundle of the load generator. */
  readonly needs: readonly pulumi.Resource[];
}

/**
 * One run: its plan and its Job. To declare it is to start it, so whoever does has waited for the engine and for the end
 * of the run before. A changed plan or target replaces it; the old Job goes first, or two would load one engine.
 */
export class Harness extends pulumi.ComponentResource {
  readonly resources: readonly pulumi.Resource[];

  constructor(name: string, args: HarnessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("llmbench:components:Harness", name, { job: args.manifests.job, namespace: args.manifests.namespace }, opts);
    const { manifests, workspace, needs } = args;
    this.resources = declareObjects(this, name, manifests.objects, {
      dependsOn: [...workspace.resources, ...needs],
      deletedWith: workspace.namespace,
      deleteBeforeReplace: true,
    });
    this.registerOutputs({ job: manifests.job });
  }
}
