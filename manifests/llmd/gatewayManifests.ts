import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import type { HelmRelease } from "../kubernetesObject.ts";
import { labelKeys, labels } from "../labels.ts";
import { engineNamespace } from "../namespaces.ts";
import { chartOf } from "./charts.ts";
import { gatewayRelease } from "./llmdNames.ts";

/** The gateway that all llm-d targets of a stack are behind: one release, shared; empty where none of them wants one. */
export function gatewayManifests(scenario: Scenario): HelmRelease[] {
  const [target] = targetsBehindGateway(scenario);
  if (target === undefined) return [];
  return [
    {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      metadata: { name: gatewayRelease(scenario), namespace: engineNamespace(scenario) },
      spec: { ...chartOf("llm-d-infra", target.llmd.charts), values: infraValues(scenario, target) },
    },
  ];
}

export function targetsBehindGateway({ targets }: Scenario): LlmdTarget[] {
  return targets.filter((target) => target.method === "llm-d").filter(({ llmd }) => llmd.gateway !== "none");
}

/** What we set of the values of chart llm-d-infra v1.4.0. */
function infraValues(scenario: Scenario, { llmd }: LlmdTarget) {
  const all = labels(scenario, "engine");
  return {
    gateway: {
      enabled: true,
      // The chart knows one name for GKE, and asks for it whatever the class is.
      provider: llmd.gateway === "gke" ? "gke-l7-regional-external-managed" : llmd.gateway,
      gatewayClassName: llmd.gatewayClass,
      // Istio copies them to the gateway's pods, which are no engine, and must not start anew with another first target.
      labels: Object.fromEntries(["app.kubernetes.io/part-of", labelKeys.stack].map((key) => [key, all[key]])),
      // Load comes from inside the cluster; two of the providers would ask for a public load balancer otherwise.
      service: { type: "ClusterIP" },
      gatewayParameters: {
        enabled: llmd.gateway !== "gke",
        logLevel: "warn",
        // The chart's limit of 2 cores would be what a benchmark measures; taken away it comes back as the default.
        resources: { requests: { cpu: "1", memory: "512Mi" }, limits: { cpu: "16", memory: "2Gi" } },
        // A line per request costs time, and one more kind of object.
        istio: { accessLogging: false },
      },
      // Routes of this namespace; the chart would let in those of all.
      listeners: [{ name: "default", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" } } }],
    },
  };
}
