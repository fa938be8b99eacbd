import type { V1ConfigMap } from "@kubernetes/client-node";
import { engineOfRole } from "../../scenario/llmdRoles.ts";
import { simulatorConfig } from "../../scenario/roofline.ts";
import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { isSimulated } from "../../scenario/simulated.ts";
import { engineKeyEnv } from "../engineKey.ts";
import { shortHash } from "../hash.ts";
import { nodeImageOf } from "../images.ts";
import { labels } from "../labels.ts";
import { clusterOf, engineNamespace } from "../namespaces.ts";
import { containerSecurityContext } from "../podSecurity.ts";
import { roleWorkload } from "./llmdNames.ts";
import { enginePortOf, type Role } from "./pool.ts";
import type { RolePods } from "./vllmRole.ts";

/** Our simulated engine in the pods of one role, behind the real router; code and settings come from our ConfigMaps. */
export function simulatedRole(scenario: Scenario, target: LlmdTarget, role: Role, code: V1ConfigMap): RolePods {
  const { readyTimeoutSeconds } = clusterOf(scenario);
  const { cpu, memory } = engineOfRole(target, role).engine;
  const port = enginePortOf(target, role);
  const health = { httpGet: { path: "/health", port } };
  return {
    container: {
      name: "engine",
      image: nodeImageOf(scenario),
      modelCommand: "custom",
      command: ["node", "/llm-bench/code/simulator.mjs", "--config", "/llm-bench/settings/simulator.json"],
      args: [],
      env: engineKeyEnv(scenario, target, "LLMBENCH_SIMULATOR_API_KEY"),
      ports: [{ name: "metrics", containerPort: port, protocol: "TCP" }],
      // Not limited to its request: it idles, and computes in bursts that a limit would stop in the middle.
      resources: { requests: { cpu: String(cpu), memory }, limits: { cpu: String(Math.max(2, cpu)), memory } },
      mountModelVolume: false,
      volumeMounts: [
        { name: "code", mountPath: "/llm-bench/code", readOnly: true },
        { name: "settings", mountPath: "/llm-bench/settings", readOnly: true },
      ],
      extraConfig: {
        startupProbe: { ...health, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: readyTimeoutSeconds },
        readinessProbe: { ...health, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
        // One thread serves all requests: under the heaviest load an answer may take seconds.
        livenessProbe: { ...health, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 10 },
        securityContext: containerSecurityContext({ readOnlyRoot: true }),
        terminationMessagePolicy: "FallbackToLogsOnError",
      },
    },
    initContainers: [],
    volumes: [
      { name: "code", configMap: { name: code.metadata?.name as string } },
      { name: "settings", configMap: { name: simulatedSettings(scenario, target, role).metadata?.name as string } },
    ],
  };
}

/** Named by its content: changed settings are a new ConfigMap, which makes new pods. */
export function simulatedSettings(scenario: Scenario, target: LlmdTarget, role: Role): V1ConfigMap {
  const ofRole = { ...target, ...engineOfRole(target, role) };
  if (!isSimulated(ofRole)) throw new Error(`the engines of target ${target.name} are not simulated`);
  const port = enginePortOf(target, role);
  const config = { ...simulatorConfig(ofRole, { seed: scenario.seed, port }), host: "0.0.0.0" };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `${roleWorkload(target, role)}-${shortHash(config, 8)}`,
      namespace: engineNamespace(scenario),
      labels: labels(scenario, "engine", { target: target.name }),
    },
    immutable: true,
    data: { "simulator.json": `${JSON.stringify(config, null, 2)}\n` },
  };
}
