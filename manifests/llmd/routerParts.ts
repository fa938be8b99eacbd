import { dump } from "js-yaml";
import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { shortHash } from "../hash.ts";
import { envoyImage } from "./charts.ts";
import { endpointPickerConfig } from "./endpointPickerConfig.ts";
import { routerRelease } from "./llmdNames.ts";
import { poolLabels, routerProxyPort } from "./pool.ts";

/*
 * What the charts of both makers take alike, under names of their own: the endpoint picker's configuration and size, and the
 * proxy beside it where there is no gateway.
 */

/**
 * The picker's configuration as a file of the chart's ConfigMap, named by what it holds: the charts do not restart the picker
 * when the ConfigMap changes, and it would go on with the routing of before; another name is another argument.
 */
export function pluginsOf({ llmd }: LlmdTarget): {
  readonly pluginsConfigFile: string;
  readonly pluginsCustomConfig: Readonly<Record<string, string>>;
} {
  const config = endpointPickerConfig(llmd);
  const file = `llm-bench-${shortHash(config, 8)}.yaml`;
  return { pluginsConfigFile: file, pluginsCustomConfig: { [file]: dump(config, { noRefs: true, lineWidth: -1 }) } };
}

/** No limit of cores: a picker that is stopped in a burst delays every request. Memory may double before it is a leak. */
export function pickerResources({ llmd }: LlmdTarget): Resources {
  const { cpu, memory } = llmd.endpointPicker;
  return { requests: { cpu: String(cpu), memory }, limits: { memory: doubled(memory) } };
}

interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly memory: string };
}

function doubled(memory: string): string {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(.*)$/.exec(memory) ?? [];
  if (number === undefined) throw new Error(`"${memory}" is no amount of memory`);
  return `${2 * Number(number)}${unit}`;
}

/** `key=value` pairs, as the picker's flag for pods without an InferencePool takes them. */
export function endpointSelector(scenario: Scenario, target: LlmdTarget): string {
  return Object.entries(poolLabels(scenario, target))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/** Of the proxy, which the charts call "envoy" whatever the release: two models of a namespace would fight for it. */
export function proxyConfigMap(target: LlmdTarget): string {
  return `${routerRelease(target)}-envoy`;
}

/** What both charts take for the proxy's container. The requests of clients pass through it, so it must not be what is measured. */
export function proxyContainer(target: LlmdTarget) {
  const simulated = target.llmd.simulator !== null;
  return {
    image: envoyImage,
    imagePullPolicy: "IfNotPresent",
    args: [
      ...["--service-node", "envoy-proxy"],
      // GAIE's chart says "trace", which writes every chunk of every stream into the log.
      ...["--log-level", "warn"],
      // Not a thread per core of the node, as the charts have it.
      ...["--concurrency", simulated ? "2" : "8"],
      ...["--drain-strategy", "immediate", "--drain-time-s", "60"],
      ...["-c", "/etc/envoy/envoy.yaml"],
    ],
    resources: simulated
      ? { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } }
      : { requests: { cpu: "2", memory: "1Gi" }, limits: { memory: "4Gi" } },
    volumes: [
      {
        name: "config",
        configMap: { name: proxyConfigMap(target), items: [{ key: "envoy.yaml", path: "envoy.yaml" }] },
      },
    ],
  };
}

export const proxyServicePort = {
  name: "http",
  port: routerProxyPort,
  protocol: "TCP",
  targetPort: routerProxyPort,
} as const;

/**
 * Metrics are for whoever asks in the cluster, like vLLM's own: with authentication the picker asks the API server who asks it,
 * for which the chart needs a ClusterRole, and our load generator could not ask at all.
 */
export const openMetrics = { prometheus: { enabled: false, auth: { enabled: false } } } as const;

/** For whom the chart adds something: a DestinationRule for Istio. What GKE needs is ours (gkePolicies.ts). */
export function providerName({ llmd }: LlmdTarget): "istio" | "none" {
  return llmd.gateway === "istio" ? "istio" : "none";
}
