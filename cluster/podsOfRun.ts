import type { V1Pod } from "@kubernetes/client-node";
import { labelKeys, labelValue } from "../manifests/labels.ts";
import type { Cluster } from "./connection.ts";
import type { FactsQuery } from "./facts.ts";
import { workloadState } from "./workloadState.ts";

/** `roles` is filled: uid of a pod -> what it does for the engine. */
export async function podsOfRun(cluster: Cluster, query: FactsQuery, roles: Map<string, string>): Promise<V1Pod[]> {
  const labelSelector = `${labelKeys.stack}=${labelValue(query.stack)}`;
  const lists = await Promise.all(
    query.namespaces.map((namespace) => cluster.core.listNamespacedPod({ namespace, labelSelector })),
  );
  const [run, target] = [labelValue(query.runId), labelValue(query.target)];
  const labelled = lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => {
      const {
        [labelKeys.run]: itsRun,
        [labelKeys.target]: itsTarget,
        [labelKeys.component]: component,
      } = metadata?.labels ?? {};
      // A pod that asked for a first completion is of no run.
      if (component === "reader" || (component === "harness" && itsRun === undefined)) return false;
      return itsRun === undefined ? itsTarget === target : itsRun === run;
    });
  const serving = await podsOfWorkloads(cluster, query, roles);
  const known = [...labelled, ...serving.filter((pod) => !labelled.some((one) => uidOf(one) === uidOf(pod)))];
  const others = (query.pods ?? []).filter(
    ({ name, namespace }) =>
      !known.some(({ metadata }) => metadata?.name === name && metadata?.namespace === namespace),
  );
  const more = await Promise.all(others.map((where) => cluster.core.readNamespacedPod(where).catch(() => null)));
  return [...known, ...more.flatMap((pod) => pod ?? [])];
}

async function podsOfWorkloads(
  cluster: Cluster,
  { namespaces: [namespace = ""], workloads = [] }: FactsQuery,
  roles: Map<string, string>,
): Promise<V1Pod[]> {
  const pods = await Promise.all(
    workloads.map(async (workload) => {
      const state = await workloadState(cluster, namespace, workload).catch(() => null);
      const its = [...(state?.current ?? []), ...(state?.old ?? [])];
      for (const pod of its) roles.set(uidOf(pod), workload.role);
      return its;
    }),
  );
  return pods.flat();
}

export function uidOf({ metadata }: V1Pod): string {
  return metadata?.uid ?? "";
}
