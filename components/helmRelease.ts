import { resolve } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { HelmRelease } from "../manifests/kubernetesObject.ts";
import { projectRoot } from "../run/projectRoot.ts";

/** Of a chart's hooks, the only thing that Helm waits for here. */
const hookSeconds = 300;

/**
 * Declares a Helm release. Its resource has the release's own name: a position would make one release out of another when
 * a target gets or loses one, which Helm cannot do.
 *
 * Not atomic: that makes Helm wait, whatever `skipAwait` says, and its wait neither names a cause nor ends at an image
 * that does not exist. Not `deletedWith` the namespace either: what a release made is taken away by its uninstallation,
 * also where the namespace stays, and Helm's record of it must not outlive what it describes.
 */
export function declareRelease(
  name: string,
  { metadata, spec }: HelmRelease,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return new k8s.helm.v3.Release(
    name,
    {
      name: metadata.name,
      namespace: metadata.namespace,
      chart: located(spec),
      ...(spec.repository === null ? {} : { repositoryOpts: { repo: spec.repository } }),
      ...(spec.version === null ? {} : { version: spec.version }),
      values: spec.values,
      skipAwait: true,
      cleanupOnFail: true,
      createNamespace: false,
      timeout: hookSeconds,
    },
    // Two releases of one name cannot stand beside each other.
    { ...options, deleteBeforeReplace: true },
  );
}

/** A folder's path counts from the project; the provider would take it from where it was started, a folder of `./bench`'s own. */
function located({ chart, repository, version }: HelmRelease["spec"]): string {
  const isFolder = repository === null && version === null && !chart.includes("://");
  return isFolder ? resolve(projectRoot, chart) : chart;
}
