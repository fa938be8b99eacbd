import type { HelmRelease } from "../kubernetesObject.ts";

/*
 * Every version of llm-d that is deployed, in one place: charts, the images that their values name, and what a cluster's
 * admin installs for them. They were chosen together: value shapes and plugin names change between tags of these charts,
 * and the builders of values here are written for these.
 */

export type ChartName =
  | "llm-d-modelservice"
  | "llm-d-infra"
  | "inferencepool"
  | "standalone"
  | "llm-d-router-gateway"
  | "llm-d-router-standalone";

interface Home {
  /** Where its maker publishes it: a Helm repository (https://), or a folder of a registry (oci://). */
  readonly repository: string;
  readonly version: string;
}

const incubation = "https://llm-d-incubation.github.io";
const inferenceExtension = "oci://registry.k8s.io/gateway-api-inference-extension/charts";
const router = "oci://ghcr.io/llm-d/charts";

export const chartHomes: Readonly<Record<ChartName, Home>> = {
  "llm-d-modelservice": { repository: `${incubation}/llm-d-modelservice/`, version: "v0.4.12" },
  "llm-d-infra": { repository: `${incubation}/llm-d-infra/`, version: "v1.4.0" },
  // The last version: v1.6.0 of the project has no charts any more, llm-d-router has taken them over.
  inferencepool: { repository: inferenceExtension, version: "v1.5.0" },
  standalone: { repository: inferenceExtension, version: "v1.5.0" },
  "llm-d-router-gateway": { repository: router, version: "v0.9.0" },
  "llm-d-router-standalone": { repository: router, version: "v0.9.0" },
};

/** One endpoint picker for the charts of both makers, so that the choice of a chart is no choice of a scheduler. */
export const endpointPickerImage = {
  registry: "ghcr.io/llm-d",
  repository: "llm-d-router-endpoint-picker",
  tag: "v0.9.0",
} as const;
export const sidecarImage = "ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.9.0";
export const envoyImage = "docker.io/envoyproxy/envoy:distroless-v1.33.2";

/** What scenarios find in a cluster, or an admin installs. */
export const prerequisiteVersions = {
  gatewayApi: "v1.5.1",
  inferenceExtension: "v1.5.0",
  leaderWorkerSet: "v0.8.0",
  istio: "1.29.2",
  agentgateway: "v1.3.0",
} as const;

type Chart = Pick<HelmRelease["spec"], "chart" | "repository" | "version">;

/**
 * Where a release takes its chart from. `charts` is `llmd.charts`: a folder that holds a folder per chart, whose versions
 * are whatever they are, or another home for the pinned versions; null: their makers' homes.
 */
export function chartOf(name: ChartName, charts: string | null): Chart {
  const { repository, version } = chartHomes[name];
  return chartIn(charts ?? repository, name, version);
}

/** A chart of a registry or a repository, in this version, or of a folder, in the version that lies there. */
export function chartIn(home: string, name: string, version: string): Chart {
  const base = home.replace(/\/+$/, "");
  if (base.startsWith("oci://")) return { chart: `${base}/${name}`, repository: null, version };
  if (/^https?:\/\//.test(base)) return { chart: name, repository: base, version };
  return { chart: `${base}/${name}`, repository: null, version: null };
}
