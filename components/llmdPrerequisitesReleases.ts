import { chartIn, prerequisiteVersions } from "../manifests/llmd/charts.ts";
import type { LlmdPrerequisitesSettings } from "./llmdPrerequisitesSettings.ts";

/** A chart that is installed for the whole cluster, in a namespace of its own; later ones need earlier ones. */
export interface ControllerRelease {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly repository: string | null;
  readonly version: string | null;
  readonly values: Readonly<Record<string, unknown>>;
}

const homes = {
  istio: "https://istio-release.storage.googleapis.com/charts",
  agentgateway: "oci://cr.agentgateway.dev/charts",
  leaderWorkerSet: "oci://registry.k8s.io/lws/charts",
} as const;

/** Controllers for these settings. GKE has its own; without a gateway the endpoint picker's own proxy takes requests. */
export function controllerReleases(settings: LlmdPrerequisitesSettings): ControllerRelease[] {
  const { gateway, multiNode } = settings;
  return [
    ...(gateway === "istio" ? istio(settings) : []),
    ...(gateway === "agentgateway" ? agentgateway(settings) : []),
    ...(multiNode ? [leaderWorkerSet(settings)] : []),
  ];
}

function istio({ charts, platform }: LlmdPrerequisitesSettings): ControllerRelease[] {
  const home = { namespace: "istio-system" };
  const chart = (name: string) => chartIn(charts ?? homes.istio, name, prerequisiteVersions.istio);
  // Off by default: istiod would then take routes to an InferencePool for routes to nowhere.
  const inference = { ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true" };
  const values = {
    pilot: { env: inference },
    meshConfig: { defaultConfig: { proxyMetadata: inference } },
    ...(platform === "ocp" ? { global: { platform: "openshift" } } : {}),
  };
  return [
    { ...home, name: "istio-base", ...chart("base"), values: {} },
    { ...home, name: "istiod", ...chart("istiod"), values },
  ];
}

function agentgateway({ charts }: LlmdPrerequisitesSettings): ControllerRelease[] {
  const home = { namespace: "agentgateway-system" };
  const chart = (name: string) => chartIn(charts ?? homes.agentgateway, name, prerequisiteVersions.agentgateway);
  return [
    { ...home, name: "agentgateway-crds", ...chart("agentgateway-crds"), values: {} },
    {
      ...home,
      name: "agentgateway",
      ...chart("agentgateway"),
      values: { inferenceExtension: { enabled: true } },
    },
  ];
}

function leaderWorkerSet({ charts }: LlmdPrerequisitesSettings): ControllerRelease {
  const version = prerequisiteVersions.leaderWorkerSet;
  return {
    name: "lws",
    namespace: "lws-system",
    ...chartIn(charts ?? homes.leaderWorkerSet, "lws", version),
    // The chart as it lies in the repository names the image of its main branch.
    values: { image: { manager: { tag: version, pullPolicy: "IfNotPresent" } } },
  };
}
