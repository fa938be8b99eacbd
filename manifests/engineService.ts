import type { V1Service } from "@kubernetes/client-node";
import type { Scenario, SimulatedTarget, StandaloneTarget } from "../scenario/scenario.ts";
import { apiKeySecretOf } from "./engineKey.ts";
import type { EngineEndpoint } from "./kubernetesObject.ts";
import { labelKeys, labels } from "./labels.ts";
import { engineName, enginePort } from "./names.ts";
import { engineNamespace } from "./namespaces.ts";

type OwnEngine = StandaloneTarget | SimulatedTarget;

/** Labels that find the pods of one engine and no others, also with several stacks in a namespace. */
export function engineSelector(scenario: Scenario, target: OwnEngine): Record<string, string> {
  const all = labels(scenario, "engine", { target: target.name });
  const keys = [labelKeys.stack, labelKeys.target, labelKeys.component];
  return Object.fromEntries(keys.map((key) => [key, all[key] as string]));
}

export function engineService(scenario: Scenario, target: OwnEngine): V1Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: engineName(target),
      namespace: engineNamespace(scenario),
      labels: labels(scenario, "engine", { target: target.name }),
    },
    spec: {
      type: "ClusterIP",
      selector: engineSelector(scenario, target),
      ports: [{ name: "http", port: enginePort, targetPort: "http", protocol: "TCP" }],
    },
  };
}

/**
 * Behind the Service each connection meets another pod. This one has no address of its own: its name resolves to all pods,
 * so that the load generator can ask each for its metrics.
 */
function podsService(scenario: Scenario, target: OwnEngine): V1Service {
  const service = engineService(scenario, target);
  return {
    ...service,
    metadata: { ...service.metadata, name: podsServiceName(target) },
    // A pod that is too busy for its probe is one whose metrics matter.
    spec: { ...service.spec, clusterIP: "None", publishNotReadyAddresses: true },
  };
}

function podsServiceName(target: OwnEngine): string {
  return `${engineName(target)}-pods`;
}

function isReplicated(target: OwnEngine): boolean {
  return target.method === "standalone" && target.engine.replicas > 1;
}

/** Services of an engine: one for requests, and where there are several pods one that tells their addresses. */
export function engineServices(scenario: Scenario, target: OwnEngine): V1Service[] {
  return [engineService(scenario, target), ...(isReplicated(target) ? [podsService(scenario, target)] : [])];
}

/** The engine's address inside the cluster; without the cluster's domain, which need not be cluster.local. */
export function serviceEndpoint(scenario: Scenario, target: OwnEngine): EngineEndpoint {
  return {
    url: `http://${engineName(target)}.${engineNamespace(scenario)}.svc:${enginePort}`,
    servedModel: target.model.name,
    apiKeySecret: apiKeySecretOf(scenario, target),
    ...(isReplicated(target)
      ? { metricsUrls: [`http://${podsServiceName(target)}.${engineNamespace(scenario)}.svc:${enginePort}/metrics`] }
      : {}),
  };
}
