import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../manifests/kubernetesObject.ts";
import { type ControllerRelease, controllerReleases } from "./llmdPrerequisitesReleases.ts";
import type { LlmdPrerequisitesSettings } from "./llmdPrerequisitesSettings.ts";

/** Objects of the two APIs, as their files have them; empty where they are left alone. */
export interface Definitions {
  readonly gatewayApi: readonly KubernetesObject[];
  readonly inferenceApi: readonly KubernetesObject[];
}

type ResourceClass = new (name: string, args: object, options: object) => pulumi.CustomResource;

const classes = {
  CustomResourceDefinition: k8s.apiextensions.v1.CustomResourceDefinition,
  ValidatingAdmissionPolicy: k8s.admissionregistration.v1.ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding: k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding,
} as unknown as Readonly<Record<string, ResourceClass>>;

/** Long enough for an image of a controller over a slow line. */
const releaseSeconds = 600;

/**
 * What llm-d needs of a whole cluster, for its admin: definitions of two APIs, a gateway provider, LeaderWorkerSet. It
 * lives in a project of its own: scenarios come and go, and none may take these from another.
 */
export class LlmdPrerequisites extends pulumi.ComponentResource {
  /** Keys for the stack file of a scenario that is to run here. */
  readonly next: pulumi.Output<{ readonly "llm-bench:llmd": { readonly gateway: string } }>;

  constructor(
    name: string,
    settings: LlmdPrerequisitesSettings,
    definitions: Definitions,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("llmbench:components:LlmdPrerequisites", name, settings, opts);
    const defined = [...definitions.gatewayApi, ...definitions.inferenceApi].map((object) =>
      this.#definition(object, settings),
    );
    const namespaces = new Map<string, pulumi.Resource>();
    let before: pulumi.Resource[] = defined;
    for (const release of controllerReleases(settings)) {
      const namespace = namespaces.get(release.namespace) ?? this.#namespace(release.namespace);
      namespaces.set(release.namespace, namespace);
      before = [this.#release(release, [...before, namespace])];
    }
    this.next = pulumi.output({ "llm-bench:llmd": { gateway: settings.gateway } });
    this.registerOutputs({ next: this.next });
  }

  /** Deleting a definition deletes all objects of its kind, of every namespace: it takes two steps, and the first says so. */
  #definition(object: KubernetesObject, { removable }: LlmdPrerequisitesSettings): pulumi.Resource {
    const Class = classes[object.kind as string] as ResourceClass;
    const isDefinition = object.kind === "CustomResourceDefinition";
    const name = `${isDefinition ? "" : `${object.kind?.toLowerCase()}-`}${object.metadata?.name}`;
    return new Class(name, object, { parent: this, protect: isDefinition && !removable });
  }

  /** Declared, not left to Helm: what Helm creates for a release it leaves behind. */
  #namespace(name: string): pulumi.Resource {
    return new k8s.core.v1.Namespace(name, { metadata: { name } }, { parent: this });
  }

  /** Helm waits here: an admin wants to know that the controller runs, and there is nothing of ours to watch it with. */
  #release(release: ControllerRelease, dependsOn: pulumi.Resource[]): pulumi.Resource {
    const { name, namespace, chart, repository, version, values } = release;
    return new k8s.helm.v3.Release(
      name,
      {
        name,
        namespace,
        chart,
        ...(repository === null ? {} : { repositoryOpts: { repo: repository } }),
        ...(version === null ? {} : { version }),
        values,
        cleanupOnFail: true,
        createNamespace: false,
        timeout: releaseSeconds,
      },
      { parent: this, dependsOn, deleteBeforeReplace: true },
    );
  }
}
