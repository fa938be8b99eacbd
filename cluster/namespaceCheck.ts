import type { Scenario } from "../scenario/scenario.ts";
import type { ClusterView, PreflightProblem } from "./preflight.ts";

/** What stands between a scenario and its namespaces, which may be ours to create or somebody else's. */
export function namespaceProblems(scenario: Scenario, { namespaces }: ClusterView): PreflightProblem[] {
  const { cluster, stack } = scenario;
  return [...namespaces].flatMap(([name, found]): PreflightProblem[] => {
    const ours = cluster?.createNamespace === true;
    if (found === "absent" && !ours) {
      return [
        {
          severity: "problem",
          message: `namespace ${name} is not there`,
          next: `create it (kubectl create namespace ${name}), or set cluster.createNamespace to true`,
        },
      ];
    }
    if (found === "absent" || found === "unknown") return [];
    if (found.status?.phase === "Terminating") {
      return [{ severity: "problem", message: `namespace ${name} is being deleted`, next: "wait until it is gone" }];
    }
    const labels = found.metadata?.labels ?? {};
    if (ours && labels["llm-bench/stack"] !== stack) {
      return [
        {
          severity: "problem",
          message: `namespace ${name} is there already, and cluster.createNamespace says to create it`,
          next: "set cluster.createNamespace to false, or choose another cluster.namespace; destroy would delete it",
        },
      ];
    }
    // The labels of our own are ours, and `up` sets them.
    return ours || name !== cluster?.namespace ? [] : podSecurityProblems(scenario, name, labels);
  });
}

/**
 * Pods of llm-d's charts that "restricted" refuses: without this a Deployment would stay without pods, minutes after the
 * GPUs' own had begun to load. Not on OpenShift, which completes security contexts before the standard is checked.
 */
function podSecurityProblems(
  { platform, targets }: Scenario,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): PreflightProblem[] {
  if (platform === "ocp" || labels["pod-security.kubernetes.io/enforce"] !== "restricted") return [];
  return targets.flatMap((target): PreflightProblem[] => {
    if (target.method !== "llm-d") return [];
    const { charts, prefill } = target.llmd;
    const refused = prefill === null ? "endpoint picker's pod" : "endpoint picker's pod and the decode pods' sidecar";
    return [
      {
        // Charts from elsewhere may do better than those that we know.
        severity: charts === null ? "problem" : "warning",
        message: `namespace ${namespace} enforces the Pod Security Standard "restricted", and llm-d's charts set no security context that it takes for the ${refused} of target ${target.name}`,
        next: `have it relaxed by whoever manages it (kubectl label namespace ${namespace} --overwrite pod-security.kubernetes.io/enforce=baseline), or choose another cluster.namespace`,
      },
    ];
  });
}
