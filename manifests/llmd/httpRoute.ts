import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import type { KubernetesObject } from "../kubernetesObject.ts";
import { labels } from "../labels.ts";
import { engineNamespace } from "../namespaces.ts";
import { targetsBehindGateway } from "./gatewayManifests.ts";
import { gatewayName, routerRelease } from "./llmdNames.ts";

/** Path under which the gateway has a target: empty where it is the only one. Without a slash at its end. */
export function routePrefix(scenario: Scenario, target: LlmdTarget): string {
  return targetsBehindGateway(scenario).length > 1 ? `/${target.name}` : "";
}

/**
 * From the stack's gateway to the pool of a target. The charts bring a route too, but one for all paths: with several models
 * each has a prefix, which the engine does not see.
 */
export function httpRoute(scenario: Scenario, target: LlmdTarget): KubernetesObject {
  const prefix = routePrefix(scenario, target);
  const rewrite = { type: "URLRewrite", urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } } };
  const rule = {
    matches: [{ path: { type: "PathPrefix", value: prefix === "" ? "/" : prefix } }],
    ...(prefix === "" ? {} : { filters: [rewrite] }),
    backendRefs: [{ group: "inference.networking.k8s.io", kind: "InferencePool", name: routerRelease(target) }],
    // None: a long answer is no error. GKE refuses routes that say anything about it; its limit is in gkePolicies.ts.
    ...(target.llmd.gateway === "gke" ? {} : { timeouts: { request: "0s" } }),
  };
  const route = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: {
      name: routerRelease(target),
      namespace: engineNamespace(scenario),
      labels: labels(scenario, "engine", { target: target.name }),
    },
    spec: {
      parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: gatewayName(scenario) }],
      rules: [rule],
    },
  };
  return route;
}
