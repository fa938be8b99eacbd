import type { V1Container, V1Job, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { allManifests } from "../../manifests/allManifests.ts";
import type { KubernetesObject } from "../../manifests/kubernetesObject.ts";
import { readerPod } from "../../manifests/readerPod.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { bundles, fixedRuns } from "./stacks.ts";

/** All that a scenario applies, and the readers of its runs. */
export function objectsOf(scenario: Scenario): KubernetesObject[] {
  const runs = fixedRuns(scenario);
  const readers = runs
    .slice(0, 2)
    .map((run) => readerPod(scenario, { ...run, attempt: 2 }, { name: "job", uid: "u" }, "node-1"));
  return [...allManifests(scenario, runs, bundles, { hfToken: true }).map(({ object }) => object), ...readers];
}

export interface PodOf {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: V1PodSpec;
}

/** Pods, and the templates of pods. */
export function podsOf(objects: readonly KubernetesObject[]): PodOf[] {
  return objects.flatMap((object) => {
    const name = object.metadata?.name as string;
    if (object.kind === "Pod") {
      const { metadata, spec } = object as V1Pod;
      return [{ name, labels: metadata?.labels ?? {}, spec: spec as V1PodSpec }];
    }
    const template = (object as V1Job).spec?.template;
    return template?.spec ? [{ name, labels: template.metadata?.labels ?? {}, spec: template.spec }] : [];
  });
}

export function containersOf({ spec }: PodOf): V1Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

export function named<T extends KubernetesObject>(objects: readonly KubernetesObject[], kind: string): T[] {
  return objects.filter((object) => object.kind === kind) as T[];
}
