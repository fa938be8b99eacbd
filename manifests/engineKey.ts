import type { V1EnvVar } from "@kubernetes/client-node";
import { sendsApiKey } from "../scenario/harnesses.ts";
import type { Scenario, Target } from "../scenario/scenario.ts";
import type { EngineEndpoint } from "./kubernetesObject.ts";
import { apiKeySecretKey, apiKeySecretName } from "./names.ts";

/**
 * Engines that we deploy get a key, so that nobody else in the cluster loads or reads them during a run; unless the load
 * generator has no way to send one.
 */
export function hasApiKey({ harness }: Pick<Scenario, "harness">, target: Target): boolean {
  return target.method === "existing" ? target.hasApiKey : sendsApiKey(harness.name);
}

export function apiKeySecretOf(scenario: Scenario, target: Target): EngineEndpoint["apiKeySecret"] {
  return hasApiKey(scenario, target) ? { name: apiKeySecretName(target), key: apiKeySecretKey } : null;
}

/** The key in the engine's own environment. */
export function engineKeyEnv(scenario: Scenario, target: Target, name: string): V1EnvVar[] {
  const secretKeyRef = apiKeySecretOf(scenario, target);
  return secretKeyRef === null ? [] : [{ name, valueFrom: { secretKeyRef } }];
}
