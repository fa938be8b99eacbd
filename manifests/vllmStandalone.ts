import type { Scenario, StandaloneTarget } from "../scenario/scenario.ts";
import { engineServices, serviceEndpoint } from "./engineService.ts";
import type { EngineManifests } from "./kubernetesObject.ts";
import { loadFormatConfigMap } from "./loadFormat.ts";
import { modelCacheManifests } from "./modelCache.ts";
import { monitoringManifests } from "./monitoring.ts";
import { engineName } from "./names.ts";
import { routeManifests } from "./route.ts";
import { vllmDeployment } from "./vllmDeployment.ts";

/** vLLM as one Deployment behind one Service, with the cache that its model comes from. */
export function vllmStandaloneManifests(scenario: Scenario, target: StandaloneTarget): EngineManifests {
  const cache = modelCacheManifests(scenario, target);
  const scripts = loadFormatConfigMap(scenario, target);
  return {
    target: target.name,
    objects: [
      ...(cache.claim === null ? [] : [cache.claim]),
      cache.configMap,
      cache.job,
      ...(scripts === null ? [] : [scripts]),
      vllmDeployment(scenario, target, cache),
      ...engineServices(scenario, target),
      ...monitoringManifests(scenario, target),
      ...routeManifests(scenario, target),
    ],
    endpoint: serviceEndpoint(scenario, target),
    workloads: [{ kind: "Deployment", name: engineName(target), role: "engine", release: null }],
    service: engineName(target),
    downloadJob: cache.job.metadata?.name ?? null,
    gpus: target.gpuCount * target.engine.replicas,
  };
}
