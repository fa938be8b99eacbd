import type { V1Namespace, V1Node, V1Pod, V1StorageClass } from "@kubernetes/client-node";
import type { EngineManifests, KubernetesObject } from "../manifests/kubernetesObject.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { nodeProblems } from "./capacityCheck.ts";
import type { Cluster } from "./connection.ts";
import { namespaceProblems } from "./namespaceCheck.ts";
import { isStatus, whyNoAnswer } from "./noAnswer.ts";
import { prerequisiteProblems, unservedMonitoring } from "./prerequisites.ts";
import { missingRights, type Right, rightsFor } from "./rights.ts";

/** What stands between a scenario and a successful `up` on this cluster. */
export interface PreflightReport {
  readonly problems: readonly PreflightProblem[];
  /** What was found, one line each: nodes, GPUs and how many are free, storage classes. */
  readonly facts: readonly string[];
  /** Kind of objects that `up` will leave out, because the cluster does not know it; absent: none. */
  readonly leftOut?: string;
}

export interface PreflightProblem {
  /** problem: `up` would fail. warning: it may, or it could not be told. */
  readonly severity: "problem" | "warning";
  readonly message: string;
  readonly next: string;
}

/** All that the check reads of a cluster; null: we may not read it. */
export interface ClusterView {
  readonly nodes: readonly V1Node[] | null;
  /** Of all namespaces, to see what is taken. */
  readonly pods: readonly V1Pod[] | null;
  readonly storageClasses: readonly V1StorageClass[] | null;
  /** Of the scenario: name -> the namespace, or whether it is there at all. */
  readonly namespaces: ReadonlyMap<string, V1Namespace | "absent" | "unknown">;
  readonly missingRights: readonly Right[];
}

/** Objects of the scenario, as `up` will apply them. */
export interface PreflightObjects {
  readonly engines: readonly EngineManifests[];
  /** Workspace, results claim, and the Jobs of the planned runs. */
  readonly others: readonly KubernetesObject[];
}

/**
 * Compares what `up` will apply with what the cluster has and allows. Reads only (an access review is a question), and
 * takes a second or two; a cluster that does not answer is a problem of its own.
 */
export async function preflight(
  cluster: Cluster,
  scenario: Scenario,
  objects: PreflightObjects,
): Promise<PreflightReport> {
  try {
    const [lacking, unserved] = await Promise.all([
      prerequisiteProblems(cluster, scenario.targets),
      unservedMonitoring(cluster, scenario),
    ]);
    const kept = unserved === null ? objects : without(objects, unserved.kind);
    const report = judge(scenario, kept, await view(cluster, scenario, kept));
    const problems = [...lacking, ...(unserved === null ? [] : [unserved.problem]), ...report.problems];
    return { ...report, problems, ...(unserved === null ? {} : { leftOut: unserved.kind }) };
  } catch (error) {
    const message = whyNoAnswer(error, cluster.identity);
    if (message === null) throw error;
    return { problems: [{ severity: "problem", message, next: "nothing was checked against the cluster" }], facts: [] };
  }
}

/** The check itself, over plain data. */
export function judge(scenario: Scenario, objects: PreflightObjects, view: ClusterView): PreflightReport {
  const nodes = nodeProblems(objects, view, scenario);
  return {
    problems: [
      ...view.missingRights.map(rightProblem),
      ...namespaceProblems(scenario, view),
      ...storageProblems(objects, view),
      ...nodes.problems,
    ],
    facts: nodes.facts,
  };
}

/** Nobody has a right to a kind that is not served: that would be a second problem, and a wrong one. */
function without({ engines, others }: PreflightObjects, kind: string): PreflightObjects {
  const kept = (objects: readonly KubernetesObject[]) => objects.filter((object) => object.kind !== kind);
  return { engines: engines.map((engine) => ({ ...engine, objects: kept(engine.objects) })), others: kept(others) };
}

function rightProblem({ verb, resource, namespace }: Right): PreflightProblem {
  const where = namespace === null ? "in the cluster" : `in namespace ${namespace}`;
  return {
    severity: "problem",
    message: `no right to ${verb} ${resource} ${where}`,
    next: "ask for it, or log in as somebody who has it (kubectl auth can-i)",
  };
}

interface Claim extends KubernetesObject {
  readonly spec?: { readonly storageClassName?: string };
}

function storageProblems({ engines, others }: PreflightObjects, { storageClasses }: ClusterView): PreflightProblem[] {
  if (storageClasses === null) return [];
  const claims = [...engines.flatMap(({ objects }) => objects), ...others].filter(
    ({ kind }) => kind === "PersistentVolumeClaim",
  ) as Claim[];
  const names = storageClasses.map(({ metadata }) => metadata?.name ?? "");
  const there = names.length === 0 ? "it has none" : `it has: ${names.join(", ")}`;
  const hasDefault = storageClasses.some(
    ({ metadata }) => metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
  );
  return claims.flatMap(({ metadata, spec }): PreflightProblem[] => {
    const wanted = spec?.storageClassName;
    const problem = (message: string): PreflightProblem[] => [
      { severity: "problem", message, next: "set cluster.storageClass or cluster.modelStorage.storageClass" },
    ];
    if (wanted === undefined && !hasDefault) {
      return problem(`claim ${metadata?.name} names no storage class, and the cluster has no default one; ${there}`);
    }
    if (wanted !== undefined && wanted !== "" && !names.includes(wanted)) {
      return problem(
        `claim ${metadata?.name} needs the storage class "${wanted}", which the cluster does not have; ${there}`,
      );
    }
    return [];
  });
}

async function view(cluster: Cluster, scenario: Scenario, objects: PreflightObjects): Promise<ClusterView> {
  const named = [scenario.cluster?.namespace, scenario.harness.namespace].filter((name) => name !== undefined);
  const readable = async <T>(list: Promise<{ items: T[] }>): Promise<T[] | null> => {
    try {
      return (await list).items;
    } catch (error) {
      if (isStatus(error, 403)) return null;
      throw error;
    }
  };
  const namespaceOf = async (name: string): Promise<V1Namespace | "absent" | "unknown"> => {
    try {
      return await cluster.core.readNamespace({ name });
    } catch (error) {
      if (isStatus(error, 404)) return "absent";
      if (isStatus(error, 403)) return "unknown";
      throw error;
    }
  };
  const all = [...objects.engines.flatMap((engine) => engine.objects), ...objects.others];
  const [nodes, pods, storageClasses, namespaces, rights] = await Promise.all([
    readable(cluster.core.listNode()),
    // Pods that have ended hold nothing.
    readable(cluster.core.listPodForAllNamespaces({ fieldSelector: "status.phase!=Succeeded,status.phase!=Failed" })),
    readable(cluster.objects.list<V1StorageClass>("storage.k8s.io/v1", "StorageClass")),
    Promise.all([...new Set(named)].map(async (name) => [name, await namespaceOf(name)] as const)),
    missingRights(cluster, rightsFor(all, scenario)),
  ]);
  return { nodes, pods, storageClasses, namespaces: new Map(namespaces), missingRights: rights };
}
