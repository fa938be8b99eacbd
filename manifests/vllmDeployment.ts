import type { V1Container, V1Deployment, V1EnvVar, V1ResourceRequirements } from "@kubernetes/client-node";
import type { GpuPlacement } from "../platform/index.ts";
import { readsStartup } from "../scenario/harnesses.ts";
import type { LlmdTarget, Scenario, StandaloneTarget } from "../scenario/scenario.ts";
import { waitForModelScript } from "./downloadScript.ts";
import { engineKeyEnv } from "./engineKey.ts";
import { engineSelector } from "./engineService.ts";
import { gpuPlacement } from "./gpuPlacement.ts";
import { labels, podLabels, stayAnnotations } from "./labels.ts";
import { type LoadFormatParts, loadFormatParts } from "./loadFormat.ts";
import type { ModelCache } from "./modelCache.ts";
import { engineName, enginePort, modelMount, runnerServiceAccount } from "./names.ts";
import { clusterOf, engineNamespace } from "./namespaces.ts";
import { containerSecurityContext, podSecurityContext } from "./podSecurity.ts";
import { sameNodeAffinity } from "./sameNode.ts";
import { vllmArguments } from "./vllmArguments.ts";

/** vLLM's pods: where they run, what they get, and how long they may take. */
export function vllmDeployment(scenario: Scenario, target: StandaloneTarget, cache: ModelCache): V1Deployment {
  const all = labels(scenario, "engine", { target: target.name });
  const placement = gpuPlacement(scenario, target);
  const env = vllmEnvironment(scenario, target, placement);
  const format = loadFormatParts(target, cache, env, engineResources(target, placement));
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: engineName(target), namespace: engineNamespace(scenario), labels: all },
    spec: {
      replicas: target.engine.replicas,
      // RollingUpdate would start the new pod first, which waits for ever for the GPU that the old one holds.
      strategy: { type: "Recreate" },
      progressDeadlineSeconds: clusterOf(scenario).readyTimeoutSeconds,
      revisionHistoryLimit: 1,
      selector: { matchLabels: engineSelector(scenario, target) },
      template: {
        metadata: {
          labels: podLabels(scenario, "engine", { target: target.name }),
          annotations: { ...stayAnnotations },
        },
        spec: {
          serviceAccountName: runnerServiceAccount,
          automountServiceAccountToken: false,
          // Kubernetes would add a variable VLLM_STANDALONE_..._PORT per Service, and vLLM reads variables named VLLM_*.
          enableServiceLinks: false,
          securityContext: podSecurityContext(scenario),
          terminationGracePeriodSeconds: 30,
          nodeSelector: { ...placement.nodeSelector },
          tolerations: placement.tolerations.map((toleration) => ({ ...toleration })),
          ...sameNodeAffinity(scenario, target),
          initContainers: [waitForModel(scenario, target, cache), ...format.initContainers],
          containers: [engine(scenario, target, cache, placement, { ...format, env: [...env, ...format.env] })],
          volumes: [
            { name: "model-cache", persistentVolumeClaim: { claimName: cache.claimName } },
            // Tensor-parallel workers talk through it; the default of 64 MiB makes NCCL fail.
            { name: "shm", emptyDir: { medium: "Memory", sizeLimit: target.engine.sharedMemory } },
            { name: "tmp", emptyDir: { sizeLimit: "20Gi" } },
            ...format.volumes,
          ],
        },
      },
    },
  };
}

/** Before the engine; `volume` is the pod's name of the model cache. */
export function waitForModel(
  scenario: Scenario,
  { engine }: Pick<StandaloneTarget, "engine">,
  cache: ModelCache,
  volume = "model-cache",
): V1Container {
  return {
    name: "wait-for-model",
    image: engine.image,
    command: ["sh", "-c", waitForModelScript],
    env: [
      ...cache.env,
      { name: "DOWNLOAD_JOB", value: cache.job.metadata?.name as string },
      { name: "WAIT_SECONDS", value: String(clusterOf(scenario).readyTimeoutSeconds) },
    ],
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
    securityContext: containerSecurityContext({ readOnlyRoot: true }),
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [{ name: volume, mountPath: modelMount, readOnly: true }],
  };
}

function engineResources({ engine }: StandaloneTarget, placement: GpuPlacement): V1ResourceRequirements {
  const resources = { cpu: String(engine.cpu), memory: engine.memory, ...placement.resources };
  return { requests: resources, limits: resources };
}

function engine(
  scenario: Scenario,
  target: StandaloneTarget,
  cache: ModelCache,
  placement: GpuPlacement,
  { env, mounts }: Pick<LoadFormatParts, "env" | "mounts">,
): V1Container {
  const { image } = target.engine;
  return {
    name: "engine",
    image,
    // Not the image's entrypoint, which has changed between versions.
    command: ["vllm", "serve"],
    args: vllmArguments(target, cache.modelPath),
    env: [...env],
    ports: [{ name: "http", containerPort: enginePort, protocol: "TCP" }],
    ...vllmProbes(scenario, "http"),
    resources: engineResources(target, placement),
    securityContext: containerSecurityContext({ readOnlyRoot: false }),
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      { name: "model-cache", mountPath: modelMount, readOnly: true },
      { name: "shm", mountPath: "/dev/shm" },
      { name: "tmp", mountPath: "/tmp" },
      ...mounts,
    ],
  };
}

export function vllmProbes(
  scenario: Scenario,
  port: string | number,
): Required<Pick<V1Container, "startupProbe" | "readinessProbe" | "livenessProbe">> {
  const { readyTimeoutSeconds } = clusterOf(scenario);
  const health = { httpGet: { path: "/health", port } };
  return {
    // Loading 70B parameters, compiling and capturing CUDA graphs takes many minutes; nothing else is probed before it is over.
    startupProbe: {
      ...health,
      periodSeconds: 5,
      timeoutSeconds: 5,
      failureThreshold: Math.ceil(readyTimeoutSeconds / 5),
    },
    readinessProbe: { ...health, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
    // An overloaded engine answers late and must not be killed for it, least of all in a stress test; a dead one ends by itself.
    livenessProbe: { ...health, periodSeconds: 30, timeoutSeconds: 20, failureThreshold: 10 },
  };
}

export function vllmEnvironment(
  scenario: Scenario,
  target: StandaloneTarget | LlmdTarget,
  placement: GpuPlacement,
): V1EnvVar[] {
  const plain = {
    // A user id without an entry in /etc/passwd has neither home nor name, and vLLM crashes asking for them (vllm#44548).
    HOME: "/tmp",
    USER: "vllm",
    LOGNAME: "vllm",
    // All that is compiled or cached goes where that user may write.
    XDG_CACHE_HOME: "/tmp/cache",
    XDG_CONFIG_HOME: "/tmp/config",
    VLLM_CACHE_ROOT: "/tmp/cache/vllm",
    TORCHINDUCTOR_CACHE_DIR: "/tmp/cache/torchinductor",
    TRITON_CACHE_DIR: "/tmp/cache/triton",
    HF_HOME: "/tmp/cache/huggingface",
    // The model is on disk: an engine that asked the hub would depend on it, and need the token.
    HF_HUB_OFFLINE: "1",
    VLLM_NO_USAGE_STATS: "1",
    DO_NOT_TRACK: "1",
    // The startup is read from the log. Its stamps end at the second; the runtime's, which are fetched with it, do not.
    ...(readsStartup(scenario.harness.name) ? { VLLM_LOGGING_LEVEL: "DEBUG" } : {}),
    ...placement.env,
  };
  return [
    ...Object.entries(plain).map(([name, value]) => ({ name, value })),
    ...engineKeyEnv(scenario, target, "VLLM_API_KEY"),
  ];
}
