import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { endpointPickerImage } from "./charts.ts";
import { poolLabels, servicePort } from "./pool.ts";
import {
  openMetrics,
  pickerResources,
  pluginsOf,
  providerName,
  proxyConfigMap,
  proxyContainer,
  proxyServicePort,
} from "./routerParts.ts";

/** What we set of the values that llm-d-router's charts v0.9.0 share. */
function routerValues(scenario: Scenario, target: LlmdTarget) {
  return {
    epp: {
      replicas: 1,
      image: { ...endpointPickerImage, pullPolicy: "IfNotPresent" },
      ...pluginsOf(target),
      flags: { v: 1 },
      resources: pickerResources(target),
    },
    modelServers: {
      type: "vllm",
      protocol: "http",
      targetPorts: [{ number: servicePort }],
      matchLabels: poolLabels(scenario, target),
    },
    monitoring: openMetrics,
  };
}

/** Values of chart llm-d-router-gateway. */
export function gatewayRouterValues(scenario: Scenario, target: LlmdTarget) {
  return {
    router: routerValues(scenario, target),
    provider: { name: providerName(target) },
    httpRoute: { create: false },
  };
}

/** Values of chart llm-d-router-standalone: the picker's own Envoy, and pods found by their labels. */
export function ownProxyRouterValues(scenario: Scenario, target: LlmdTarget) {
  return {
    router: {
      ...routerValues(scenario, target),
      inferencePool: { create: false },
      extraServicePorts: [proxyServicePort],
      proxy: {
        ...{ enabled: true, proxyType: "envoy", mode: "sidecar" },
        // Open, a picker that fails would be measured as one that picks at random.
        failOpen: false,
        configMap: { name: proxyConfigMap(target) },
        ...proxyContainer(target),
      },
    },
  };
}
