import { platformOf } from "../platform/index.ts";
import type { Scenario, SimulatedTarget, StandaloneTarget, Target } from "../scenario/scenario.ts";
import { engineSelector } from "./engineService.ts";
import type { KubernetesObject } from "./kubernetesObject.ts";
import { labels } from "./labels.ts";
import { engineName } from "./names.ts";
import { clusterOf, engineNamespace } from "./namespaces.ts";

export interface PodMonitor extends KubernetesObject {
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

/** Pods that tell their metrics. */
export interface MonitoredPods {
  /** Of the object that tells the Prometheus about them. */
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  /** Name of the container's port: an older PodMonitor knows no numbers. */
  readonly port: string;
}

/** Tells the platform's Prometheus about an engine. vLLM answers /metrics without its key. */
export function monitoringManifests(scenario: Scenario, target: StandaloneTarget | SimulatedTarget): PodMonitor[] {
  const pods = { name: engineName(target), selector: engineSelector(scenario, target), port: "http" };
  return monitoringOf(scenario, target, pods);
}

/** The same for pods of one kind: an engine, one role of it, its router. Empty where it is off or the platform has none. */
export function monitoringOf(
  scenario: Scenario,
  target: Pick<Target, "name">,
  { name, selector, port }: MonitoredPods,
): PodMonitor[] {
  const kind = monitoringKind(scenario);
  if (kind === null) return [];
  const scrapes = [{ port, path: "/metrics", interval: "15s" }];
  return [
    {
      ...kind,
      metadata: {
        name,
        namespace: engineNamespace(scenario),
        labels: labels(scenario, "engine", { target: target.name }),
      },
      spec: {
        selector: { matchLabels: selector },
        ...(kind.kind === "PodMonitor" ? { podMetricsEndpoints: scrapes } : { endpoints: scrapes }),
      },
    },
  ];
}

/** Kind that `cluster.monitoring` declares; null: none. */
export function monitoringKind(scenario: Scenario): { readonly apiVersion: string; readonly kind: string } | null {
  const { monitoring } = platformOf(scenario.platform);
  if (scenario.cluster?.monitoring !== true || monitoring.kind === "none") return null;
  return { apiVersion: monitoring.apiVersion, kind: monitoring.kind };
}

/**
 * The scenario as a cluster takes it that does not serve that kind: an object of an unknown kind would fail the whole
 * `up`, and the load generator asks all pods for their metrics anyway.
 */
export function withoutMonitoring(scenario: Scenario): Scenario {
  return { ...scenario, cluster: { ...clusterOf(scenario), monitoring: false } };
}
