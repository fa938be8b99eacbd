import { conflictsOf, type Prerequisite, prerequisitesOf, type ServedKind } from "../manifests/llmd/prerequisites.ts";
import { monitoringKind } from "../manifests/monitoring.ts";
import type { Scenario, Target } from "../scenario/scenario.ts";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { servedKinds } from "./discovery.ts";
import { type GatewayClassState, gatewayClassState } from "./gatewayClass.ts";
import type { PreflightProblem } from "./preflight.ts";

/**
 * What targets need of the whole cluster, which their user cannot bring, and it has not. Asked by discovery, which every
 * login may, and of one GatewayClass, which some may not; never for CRDs, which only admins may list.
 */
export async function prerequisiteProblems(cluster: Cluster, targets: readonly Target[]): Promise<PreflightProblem[]> {
  const isServed = discovery(cluster);
  const lacks = await Promise.all(prerequisitesOf(targets).map((one) => lack(cluster, one, isServed)));
  const conflicts = await Promise.all(
    conflictsOf(targets).map(async (conflict): Promise<PreflightProblem[]> => {
      if ((await isServed(conflict)) !== true) return [];
      const { why, next } = conflict;
      return [{ severity: "warning", message: `the cluster serves ${named(conflict)}: ${why}`, next }];
    }),
  );
  return [...lacks.flat(), ...conflicts.flat()];
}

/** Refuses all that is missing at once, before anything is made: an `up` would fail at the first, after minutes. */
export async function requirePrerequisites(
  cluster: Cluster,
  targets: readonly Target[],
  warn: (text: string) => void,
): Promise<void> {
  const problems = await prerequisiteProblems(cluster, targets);
  for (const { severity, message, next } of problems) if (severity === "warning") warn(`${message}; ${next}`);
  const missing = problems.filter(({ severity }) => severity === "problem");
  if (missing.length === 0) return;
  const nexts = [...new Set(missing.map(({ next }) => next))];
  const list = missing.map(({ message }) => `\n  ${message}`).join("");
  throw new ClusterError(`the cluster lacks what llm-d needs:${list}`, nexts.join("; and "));
}

/** Kind of `cluster.monitoring` that the cluster does not serve, and the sentence that says so; null: nothing is to be said. */
export async function unservedMonitoring(
  cluster: Cluster,
  scenario: Scenario,
): Promise<{ readonly kind: string; readonly problem: PreflightProblem } | null> {
  const wanted = monitoringKind(scenario);
  if (wanted === null || (await discovery(cluster)(wanted)) !== false) return null;
  const problem: PreflightProblem = {
    severity: "warning",
    message: `cluster.monitoring is true, and the cluster has no ${named(wanted)}: nothing will tell its Prometheus about the engines`,
    next: "set it to false, or have its operator installed; a run's own server metrics are scraped from the pods all the same",
  };
  return { kind: wanted.kind, problem };
}

/** null: the login may not ask. */
type IsServed = (kind: ServedKind) => Promise<boolean | null>;

/** Asks once for each group and version. */
function discovery(cluster: Cluster): IsServed {
  const asked = new Map<string, Promise<ReadonlySet<string> | null>>();
  return async ({ apiVersion, kind }) => {
    const kinds = asked.get(apiVersion) ?? servedKinds(cluster, apiVersion);
    asked.set(apiVersion, kinds);
    return (await kinds)?.has(kind) ?? null;
  };
}

const gatewayClasses: ServedKind = { apiVersion: "gateway.networking.k8s.io/v1", kind: "GatewayClass" };

async function lack(
  cluster: Cluster,
  { needs, why, how, instead }: Prerequisite,
  isServed: IsServed,
): Promise<PreflightProblem[]> {
  const next = `a cluster admin ${how} (docs/llm-d-prerequisites.md)${instead === null ? "" : `; ${instead}`}`;
  const what = "kind" in needs ? named(needs) : `GatewayClass ${needs.gatewayClass}`;
  const state = "kind" in needs ? await isServed(needs) : await classState(cluster, needs.gatewayClass, isServed);
  if (state === true) return [];
  if (state === false) return [{ severity: "problem", message: `no ${what}, needed by ${why}`, next }];
  if (state !== null)
    return [{ severity: "problem", message: `${what}, needed by ${why}, does not work: ${state.why}`, next }];
  return [
    {
      severity: "warning",
      message: `${what}, needed by ${why}, could not be checked: no right to ask for it`,
      next: "ask a cluster admin whether it is there",
    },
  ];
}

async function classState(cluster: Cluster, name: string, isServed: IsServed): Promise<GatewayClassState> {
  const served = await isServed(gatewayClasses);
  return served === true ? gatewayClassState(cluster, name) : served;
}

function named({ apiVersion, kind }: ServedKind): string {
  return `${kind} (${apiVersion})`;
}
