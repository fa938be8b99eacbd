import type { Cluster } from "../cluster/connection.ts";
import { helmRecords, objectsIn } from "../cluster/helmRecords.ts";
import { manifestYaml } from "../manifests/allManifests.ts";
import { isRelease, type KubernetesObject } from "../manifests/kubernetesObject.ts";
import type { RunFolder } from "./runFolder.ts";

/**
 * Beside the values that a run's releases were given, what their charts made of them: the same version may be another chart
 * tomorrow. As far as Helm's records can be read; nothing is lost of a run where they cannot.
 */
export async function writeRendered(
  cluster: Cluster,
  namespace: string,
  stack: string,
  objects: readonly KubernetesObject[],
  folder: RunFolder,
): Promise<void> {
  const names = objects.filter(isRelease).map(({ metadata }) => metadata.name);
  const records = await helmRecords(cluster, namespace, names, stack).catch(() => []);
  for (const name of names) {
    const last = records.findLast(({ release, status }) => release === name && status === "deployed");
    if (last === undefined) continue;
    const rendered = manifestYaml(objectsIn(last.manifest));
    folder.write(
      `setup/yamls/release-${name}.yaml`,
      `# revision ${last.revision} as its chart rendered it\n${rendered}`,
    );
  }
}
