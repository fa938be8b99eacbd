import type { V1Service } from "@kubernetes/client-node";
import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import type { KubernetesObject } from "../kubernetesObject.ts";
import { labels } from "../labels.ts";
import { monitoringOf } from "../monitoring.ts";
import { engineNamespace } from "../namespaces.ts";
import { endpointPickerName, roleWorkload } from "./llmdNames.ts";
import { enginePortOf, type Role, roleSelector, rolesOf, routerMetricsPort } from "./pool.ts";

function podsServiceName(target: LlmdTarget, role: Role): string {
  return `${target.name}-${role}-pods`;
}

/** Its name resolves to all pods of a role, so that the load generator can ask each for its metrics: the router would pick one. */
export function podsService(scenario: Scenario, target: LlmdTarget, role: Role): V1Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: podsServiceName(target, role),
      namespace: engineNamespace(scenario),
      labels: labels(scenario, "engine", { target: target.name }),
    },
    spec: {
      clusterIP: "None",
      // A pod that is too busy for its probe is one whose metrics matter.
      publishNotReadyAddresses: true,
      selector: roleSelector(scenario, target, role),
      ports: [{ name: "metrics", port: enginePortOf(target, role), targetPort: "metrics", protocol: "TCP" }],
    },
  };
}

/** Of every role's pods, and of the endpoint picker. */
export function metricsUrls(scenario: Scenario, target: LlmdTarget): string[] {
  const url = (service: string, port: number) => `http://${service}.${engineNamespace(scenario)}.svc:${port}/metrics`;
  return [
    ...rolesOf(target).map((role) => url(podsServiceName(target, role), enginePortOf(target, role))),
    url(endpointPickerName(target), routerMetricsPort),
  ];
}

/** Tells the platform's Prometheus about the same pods; the charts' own objects are for one of the platforms only. */
export function monitoring(scenario: Scenario, target: LlmdTarget): KubernetesObject[] {
  const roles = rolesOf(target).map((role) => ({
    name: roleWorkload(target, role),
    selector: roleSelector(scenario, target, role),
  }));
  const picker = { name: endpointPickerName(target), selector: pickerSelector(target) };
  return [...roles, picker].flatMap((pods) => monitoringOf(scenario, target, { ...pods, port: "metrics" }));
}

/** The one label by which each chart finds its endpoint picker's pod. */
function pickerSelector(target: LlmdTarget): Record<string, string> {
  const { gateway, router } = target.llmd;
  const keys = {
    inferencepool: gateway === "none" ? "epp" : "inferencepool",
    "llm-d-router": gateway === "none" ? "llm-d-router-standalone" : "llm-d-router-gateway",
  };
  return { [keys[router]]: endpointPickerName(target) };
}
