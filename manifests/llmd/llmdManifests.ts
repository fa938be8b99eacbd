import { llmdGpus } from "../../scenario/llmd.ts";
import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { codeConfigMap } from "../codeConfigMap.ts";
import { apiKeySecretOf } from "../engineKey.ts";
import type {
  EngineEndpoint,
  EngineManifests,
  EngineWorkload,
  HelmRelease,
  SourceBundle,
} from "../kubernetesObject.ts";
import { modelCacheManifests } from "../modelCache.ts";
import { engineNamespace } from "../namespaces.ts";
import { type ChartName, chartOf } from "./charts.ts";
import { gkePolicies } from "./gkePolicies.ts";
import { httpRoute, routePrefix } from "./httpRoute.ts";
import { inferencePoolValues } from "./inferencePoolValues.ts";
import {
  endpointPickerName,
  gatewayHost,
  gatewayName,
  gatewayRelease,
  modelServiceRelease,
  roleWorkload,
  routerRelease,
} from "./llmdNames.ts";
import { modelServiceValues } from "./modelServiceValues.ts";
import { metricsUrls, monitoring, podsService } from "./podServices.ts";
import { isMultiNode, type Role, rolesOf, routerProxyPort } from "./pool.ts";
import { gatewayRouterValues, ownProxyRouterValues } from "./routerValues.ts";
import { simulatedRole, simulatedSettings } from "./simulatedRole.ts";
import { standaloneRouterValues } from "./standaloneRouterValues.ts";
import { vllmRole } from "./vllmRole.ts";

/** llm-d for one target: model cache, releases of its charts, routes, and where it answers. */
export function llmdManifests(scenario: Scenario, target: LlmdTarget, simulator: SourceBundle): EngineManifests {
  const { llmd } = target;
  const roles = rolesOf(target);
  const simulated = llmd.simulator !== null;
  const code = simulated ? codeConfigMap(scenario, simulator, engineNamespace(scenario)) : null;
  const cache = simulated ? null : modelCacheManifests(scenario, target);
  const podsOf = (role: Role) => {
    if (!roles.includes(role)) return null;
    if (code !== null) return simulatedRole(scenario, target, role, code);
    return cache === null ? null : vllmRole(scenario, target, role, cache);
  };
  const pods = { decode: podsOf("decode"), prefill: podsOf("prefill") };
  return {
    target: target.name,
    objects: [
      ...(cache === null || cache.claim === null ? [] : [cache.claim]),
      ...(cache === null ? [] : [cache.configMap, cache.job]),
      ...(code === null ? [] : [code, ...roles.map((role) => simulatedSettings(scenario, target, role))]),
      routerChart(scenario, target),
      release(scenario, target, modelServiceRelease(target), "llm-d-modelservice", {
        ...modelServiceValues(scenario, target, cache, pods),
      }),
      ...gkePolicies(scenario, target),
      ...(llmd.gateway === "none" ? [] : [httpRoute(scenario, target)]),
      ...roles.map((role) => podsService(scenario, target, role)),
      ...monitoring(scenario, target),
    ],
    endpoint: endpoint(scenario, target),
    workloads: workloads(scenario, target),
    service: null,
    downloadJob: cache?.job.metadata?.name ?? null,
    gpus: simulated ? 0 : llmdGpus(llmd),
  };
}

function routerChart(scenario: Scenario, target: LlmdTarget): HelmRelease {
  const { gateway, router } = target.llmd;
  const name = routerRelease(target);
  if (router === "inferencepool")
    return gateway === "none"
      ? release(scenario, target, name, "standalone", standaloneRouterValues(scenario, target))
      : release(scenario, target, name, "inferencepool", inferencePoolValues(scenario, target));
  return gateway === "none"
    ? release(scenario, target, name, "llm-d-router-standalone", ownProxyRouterValues(scenario, target))
    : release(scenario, target, name, "llm-d-router-gateway", gatewayRouterValues(scenario, target));
}

function release(
  scenario: Scenario,
  { llmd }: LlmdTarget,
  name: string,
  chart: ChartName,
  values: Readonly<Record<string, unknown>>,
): HelmRelease {
  return {
    apiVersion: "helm.sh/v3",
    kind: "Release",
    metadata: { name, namespace: engineNamespace(scenario) },
    spec: { ...chartOf(chart, llmd.charts), values },
  };
}

function endpoint(scenario: Scenario, target: LlmdTarget): EngineEndpoint {
  const namespace = engineNamespace(scenario);
  const gateway = gatewayName(scenario);
  const hosts = {
    none: `${endpointPickerName(target)}.${namespace}.svc:${routerProxyPort}`,
    istio: `${gateway}-istio.${namespace}.svc`,
    agentgateway: `${gateway}.${namespace}.svc`,
    gke: gatewayHost,
  };
  const prefix = target.llmd.gateway === "none" ? "" : routePrefix(scenario, target);
  return {
    url: `http://${hosts[target.llmd.gateway]}${prefix}`,
    servedModel: target.model.name,
    apiKeySecret: apiKeySecretOf(scenario, target),
    metricsUrls: metricsUrls(scenario, target),
    ...(target.llmd.gateway === "gke" ? { gateway } : {}),
  };
}

/** The gateway's pods come from its provider; on GKE there are none, its load balancer is not of the cluster. */
function workloads(scenario: Scenario, target: LlmdTarget): EngineWorkload[] {
  const { gateway } = target.llmd;
  const gatewayDeployment = { istio: `${gatewayName(scenario)}-istio`, agentgateway: gatewayName(scenario) };
  return [
    ...(gateway === "istio" || gateway === "agentgateway"
      ? [
          {
            kind: "Deployment",
            name: gatewayDeployment[gateway],
            role: "gateway",
            release: gatewayRelease(scenario),
          } as const,
        ]
      : []),
    { kind: "Deployment", name: endpointPickerName(target), role: "router", release: routerRelease(target) },
    ...rolesOf(target).map((role) => ({
      kind: isMultiNode(target) ? ("LeaderWorkerSet" as const) : ("Deployment" as const),
      name: roleWorkload(target, role),
      role,
      release: modelServiceRelease(target),
    })),
  ];
}
