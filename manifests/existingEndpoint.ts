import type { ExistingTarget, Scenario } from "../scenario/scenario.ts";
import type { EngineManifests } from "./kubernetesObject.ts";
import { apiKeySecretKey, apiKeySecretName } from "./names.ts";

/** An engine deployed by other means: nothing to apply and nothing to wait for. */
export function existingEndpoint(_scenario: Scenario, target: ExistingTarget): EngineManifests {
  return {
    target: target.name,
    objects: [],
    endpoint: {
      url: target.url,
      servedModel: target.servedModel,
      apiKeySecret: target.hasApiKey ? { name: apiKeySecretName(target), key: apiKeySecretKey } : null,
    },
    deployment: null,
    downloadJob: null,
    gpus: 0,
  };
}
