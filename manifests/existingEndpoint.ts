import type { ExistingTarget, Scenario } from "../scenario/scenario.ts";
import { apiKeySecretOf } from "./engineKey.ts";
import type { EngineManifests } from "./kubernetesObject.ts";

/** An engine deployed by other means: nothing to apply and nothing to wait for. */
export function existingEndpoint(scenario: Scenario, target: ExistingTarget): EngineManifests {
  return {
    target: target.name,
    objects: [],
    endpoint: {
      url: target.url,
      servedModel: target.servedModel,
      apiKeySecret: apiKeySecretOf(scenario, target),
      ...(target.metricsUrls === undefined ? {} : { metricsUrls: target.metricsUrls }),
    },
    workloads: [],
    service: null,
    downloadJob: null,
    gpus: 0,
  };
}
