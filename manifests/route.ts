import { platformOf } from "../platform/index.ts";
import type { Scenario, SimulatedTarget, StandaloneTarget } from "../scenario/scenario.ts";
import type { KubernetesObject } from "./kubernetesObject.ts";
import { labels } from "./labels.ts";
import { engineName } from "./names.ts";
import { clusterOf, engineNamespace } from "./namespaces.ts";

interface Route extends KubernetesObject {
  readonly spec: {
    readonly to: { readonly kind: "Service"; readonly name: string; readonly weight: number };
    readonly port: { readonly targetPort: string };
    readonly tls: { readonly termination: "edge"; readonly insecureEdgeTerminationPolicy: "Redirect" };
  };
}

/** OpenShift's way in from outside, over TLS; the engine's key is still asked for. */
export function routeManifests(scenario: Scenario, target: StandaloneTarget | SimulatedTarget): Route[] {
  if (!clusterOf(scenario).expose || platformOf(scenario.platform).exposure !== "route") return [];
  return [
    {
      apiVersion: "route.openshift.io/v1",
      kind: "Route",
      metadata: {
        // OpenShift makes one DNS label of name and namespace; with the Service's longer name it would not fit 63 characters.
        name: target.name,
        namespace: engineNamespace(scenario),
        labels: labels(scenario, "engine", { target: target.name }),
        // The router's 30 s would cut long generations off.
        annotations: { "haproxy.router.openshift.io/timeout": "30m" },
      },
      spec: {
        to: { kind: "Service", name: engineName(target), weight: 100 },
        port: { targetPort: "http" },
        tls: { termination: "edge", insecureEdgeTerminationPolicy: "Redirect" },
      },
    },
  ];
}
