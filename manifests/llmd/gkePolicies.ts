import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import type { KubernetesObject } from "../kubernetesObject.ts";
import { labels } from "../labels.ts";
import { engineNamespace } from "../namespaces.ts";
import { routerRelease } from "./llmdNames.ts";
import { servicePort } from "./pool.ts";

/**
 * What GKE's load balancer has to be told about a pool; empty elsewhere. The charts have both too, but GKE's published CRD refuses
 * their health check (it names a port and no portSpecification), and their limit of 300 s per request cannot be changed.
 */
export function gkePolicies(scenario: Scenario, target: LlmdTarget): KubernetesObject[] {
  if (target.llmd.gateway !== "gke") return [];
  const metadata = {
    name: routerRelease(target),
    namespace: engineNamespace(scenario),
    labels: labels(scenario, "engine", { target: target.name }),
  };
  const targetRef = { group: "inference.networking.k8s.io", kind: "InferencePool", name: routerRelease(target) };
  const httpHealthCheck = { requestPath: "/health", portSpecification: "USE_FIXED_PORT", port: servicePort };
  const healthCheck = {
    apiVersion: "networking.gke.io/v1",
    kind: "HealthCheckPolicy",
    metadata,
    spec: { targetRef, default: { timeoutSec: 2, checkIntervalSec: 2, config: { type: "HTTP", httpHealthCheck } } },
  };
  const backend = {
    apiVersion: "networking.gke.io/v1",
    kind: "GCPBackendPolicy",
    metadata,
    // By default 30 s, and a long answer is no error. No log: a line per request costs money.
    spec: { targetRef, default: { timeoutSec: 3600, logging: { enabled: false } } },
  };
  return [healthCheck, backend];
}
