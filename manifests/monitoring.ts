import { platformOf } from "../platform/index.ts";
import type { Scenario, SimulatedTarget, StandaloneTarget } from "../scenario/scenario.ts";
import { engineSelector } from "./engineService.ts";
import type { KubernetesObject } from "./kubernetesObject.ts";
import { labels } from "./labels.ts";
import { engineName } from "./names.ts";
import { clusterOf, engineNamespace } from "./namespaces.ts";

interface PodMonitor extends KubernetesObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly podMetricsEndpoints?: readonly Scrape[];
    readonly endpoints?: readonly Scrape[];
  };
}
interface Scrape {
  readonly port: string;
  readonly path: string;
  readonly interval: string;
}

/** Tells the platform's Prometheus about an engine. vLLM answers /metrics without its key. */
export function monitoringManifests(scenario: Scenario, target: StandaloneTarget | SimulatedTarget): PodMonitor[] {
  const { monitoring } = platformOf(scenario.platform);
  if (!clusterOf(scenario).monitoring || monitoring.kind === "none") return [];
  const scrapes = [{ port: "http", path: "/metrics", interval: "15s" }];
  return [
    {
      apiVersion: monitoring.apiVersion,
      kind: monitoring.kind,
      metadata: {
        name: engineName(target),
        namespace: engineNamespace(scenario),
        labels: labels(scenario, "engine", { target: target.name }),
      },
      spec: {
        selector: { matchLabels: engineSelector(scenario, target) },
        ...(monitoring.kind === "PodMonitor" ? { podMetricsEndpoints: scrapes } : { endpoints: scrapes }),
      },
    },
  ];
}
