import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { inferenceExtensionValues } from "./inferencePoolValues.ts";
import { servicePort } from "./pool.ts";
import { endpointSelector, proxyConfigMap, proxyContainer, proxyServicePort } from "./routerParts.ts";

/**
 * Values of GAIE's chart standalone v1.5.0: an endpoint picker with its own Envoy. It finds pods by their labels and not by an
 * InferencePool, so that nothing of the whole cluster is needed, no CRD and no gateway.
 */
export function standaloneRouterValues(scenario: Scenario, target: LlmdTarget) {
  return {
    inferenceExtension: {
      ...inferenceExtensionValues(target),
      endpointsServer: {
        createInferencePool: false,
        endpointSelector: endpointSelector(scenario, target),
        targetPorts: servicePort,
        modelServerType: "vllm",
      },
      extraServicePorts: [proxyServicePort],
      // The Envoy's own configuration is the chart's; Helm merges it into the ConfigMap of this name.
      sidecar: { enabled: true, configMap: { name: proxyConfigMap(target) }, ...proxyContainer(target) },
    },
    provider: { name: "none" },
  };
}
