import type { V1ConfigMap, V1Deployment } from "@kubernetes/client-node";
import { simulatorConfig } from "../scenario/roofline.ts";
import type { Scenario, SimulatedTarget } from "../scenario/scenario.ts";
import { codeConfigMap } from "./codeConfigMap.ts";
import { engineKeyEnv } from "./engineKey.ts";
import { engineSelector, engineService, serviceEndpoint } from "./engineService.ts";
import { shortHash } from "./hash.ts";
import { nodeImageOf } from "./images.ts";
import type { EngineManifests, SourceBundle } from "./kubernetesObject.ts";
import { labels, podLabels, stayAnnotations } from "./labels.ts";
import { monitoringManifests } from "./monitoring.ts";
import { engineName, enginePort, runnerServiceAccount } from "./names.ts";
import { clusterOf, engineNamespace } from "./namespaces.ts";
import { containerSecurityContext, podSecurityContext } from "./podSecurity.ts";
import { routeManifests } from "./route.ts";

/** Our simulated engine as a pod: the stock Node image, its code and its settings from two immutable ConfigMaps. */
export function simulatedEngineManifests(
  scenario: Scenario,
  target: SimulatedTarget,
  bundle: SourceBundle,
): EngineManifests {
  const code = codeConfigMap(scenario, bundle, engineNamespace(scenario));
  const settings = settingsConfigMap(scenario, target);
  return {
    target: target.name,
    objects: [
      code,
      settings,
      deployment(scenario, target, code, settings),
      engineService(scenario, target),
      ...monitoringManifests(scenario, target),
      ...routeManifests(scenario, target),
    ],
    endpoint: serviceEndpoint(scenario, target),
    workloads: [{ kind: "Deployment", name: engineName(target), role: "engine", release: null }],
    service: engineName(target),
    downloadJob: null,
    gpus: 0,
  };
}

/** Named by its content: changed settings are a new ConfigMap, which makes a new pod. */
function settingsConfigMap(scenario: Scenario, target: SimulatedTarget): V1ConfigMap {
  const config = { ...simulatorConfig(target, { seed: scenario.seed, port: enginePort }), host: "0.0.0.0" };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `${engineName(target)}-${shortHash(config, 8)}`,
      namespace: engineNamespace(scenario),
      labels: labels(scenario, "engine", { target: target.name }),
    },
    immutable: true,
    data: { "simulator.json": `${JSON.stringify(config, null, 2)}\n` },
  };
}

function deployment(
  scenario: Scenario,
  target: SimulatedTarget,
  code: V1ConfigMap,
  settings: V1ConfigMap,
): V1Deployment {
  const { readyTimeoutSeconds } = clusterOf(scenario);
  const all = labels(scenario, "engine", { target: target.name });
  const { cpu, memory } = target.engine;
  // It idles most of the time and computes in bursts: a limit as low as the request would stop it in the middle of one,
  // for up to 0.1 s, and that would be measured as the engine's latency.
  const resources = { requests: { cpu: String(cpu), memory }, limits: { cpu: String(Math.max(2, cpu)), memory } };
  const health = { httpGet: { path: "/health", port: "http" } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: engineName(target), namespace: engineNamespace(scenario), labels: all },
    spec: {
      // One, whatever engine.replicas says: the report says so too.
      replicas: 1,
      strategy: { type: "Recreate" },
      progressDeadlineSeconds: readyTimeoutSeconds,
      revisionHistoryLimit: 1,
      selector: { matchLabels: engineSelector(scenario, target) },
      template: {
        metadata: {
          labels: podLabels(scenario, "engine", { target: target.name }),
          annotations: { ...stayAnnotations },
        },
        spec: {
          serviceAccountName: runnerServiceAccount,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurityContext(scenario),
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              name: "engine",
              image: nodeImageOf(scenario),
              command: ["node", "/llm-bench/code/simulator.mjs", "--config", "/llm-bench/settings/simulator.json"],
              env: engineKeyEnv(scenario, target, "LLMBENCH_SIMULATOR_API_KEY"),
              ports: [{ name: "http", containerPort: enginePort, protocol: "TCP" }],
              startupProbe: { ...health, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: readyTimeoutSeconds },
              readinessProbe: { ...health, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
              // One thread serves all requests: under the heaviest load an answer may take seconds.
              livenessProbe: { ...health, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 10 },
              resources,
              securityContext: containerSecurityContext({ readOnlyRoot: true }),
              terminationMessagePolicy: "FallbackToLogsOnError",
              volumeMounts: [
                { name: "code", mountPath: "/llm-bench/code", readOnly: true },
                { name: "settings", mountPath: "/llm-bench/settings", readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: "code", configMap: { name: code.metadata?.name as string } },
            { name: "settings", configMap: { name: settings.metadata?.name as string } },
          ],
        },
      },
    },
  };
}
