import type {
  V1ConfigMap,
  V1Container,
  V1EnvVar,
  V1ResourceRequirements,
  V1Volume,
  V1VolumeMount,
} from "@kubernetes/client-node";
import type { LoadFormat } from "../scenario/engine.ts";
import type { LlmdTarget, Scenario, StandaloneTarget } from "../scenario/scenario.ts";
import { shortHash } from "./hash.ts";
import { labels } from "./labels.ts";
import { installLoaderScript, serialiseScript } from "./loadFormatScripts.ts";
import type { ModelCache } from "./modelCache.ts";
import { modelMount } from "./names.ts";
import { engineNamespace } from "./namespaces.ts";
import { containerSecurityContext } from "./podSecurity.ts";

/**
 * What must be there before vLLM can load in a format. Versions: those that vLLM v0.26.0 asks for (its package's metadata:
 * fastsafetensors >= 0.3.2 for itself, tensorizer == 2.10.1 and runai-model-streamer >= 0.15.7 as extras). What the image has
 * already is left as it is.
 */
const loaders: Readonly<Record<LoadFormat, { readonly module: string; readonly requirement: string } | null>> = {
  safetensors: null,
  fastsafetensors: { module: "fastsafetensors", requirement: "fastsafetensors==0.3.2" },
  runai_streamer: { module: "runai_model_streamer", requirement: "runai-model-streamer==0.15.7" },
  tensorizer: { module: "tensorizer", requirement: "tensorizer==2.10.1" },
};

/** As pip calls it (PYTHONUSERBASE): what is installed there is found beside what the image has, and nothing hides it. */
const userBase = "/llm-bench/python";
const scripts = "/llm-bench/load-format";

const scriptFiles = { "install-loader.sh": installLoaderScript, "serialise.py": serialiseScript };
const configMapName = `load-format-${shortHash(scriptFiles, 8)}`;

/** Additions to an engine's pod; of format null, none. */
export interface LoadFormatParts {
  readonly initContainers: readonly V1Container[];
  readonly volumes: readonly V1Volume[];
  readonly mounts: readonly V1VolumeMount[];
  readonly env: readonly V1EnvVar[];
}

const none: LoadFormatParts = { initContainers: [], volumes: [], mounts: [], env: [] };

/** @param resources of the engine's container: its GPUs serialise the model too, before they load it */
export function loadFormatParts(
  target: StandaloneTarget,
  cache: ModelCache,
  env: readonly V1EnvVar[],
  resources: V1ResourceRequirements,
): LoadFormatParts {
  const { loadFormat, image } = target.engine;
  const loader = loadFormat === null ? null : loaders[loadFormat];
  if (loadFormat === null || loader === null) return none;
  const volumes: V1Volume[] = [
    { name: "python", emptyDir: { sizeLimit: "5Gi" } },
    { name: "load-format", configMap: { name: configMapName } },
  ];
  const mounts: V1VolumeMount[] = [{ name: "python", mountPath: userBase }];
  const python: V1EnvVar[] = [{ name: "PYTHONUSERBASE", value: userBase }];
  const script: V1VolumeMount = { name: "load-format", mountPath: scripts, readOnly: true };
  const tmp: V1VolumeMount = { name: "tmp", mountPath: "/tmp" };
  const common = {
    image,
    securityContext: containerSecurityContext({ readOnlyRoot: false }),
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  const install: V1Container = {
    ...common,
    name: "install-loader",
    command: ["sh", `${scripts}/install-loader.sh`],
    env: [
      ...python,
      { name: "HOME", value: "/tmp" },
      { name: "LOADER_MODULE", value: loader.module },
      { name: "LOADER_REQUIREMENT", value: loader.requirement },
      { name: "PIP_NO_CACHE_DIR", value: "1" },
      { name: "PIP_DISABLE_PIP_VERSION_CHECK", value: "1" },
    ],
    resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2", memory: "2Gi" } },
    volumeMounts: [...mounts, script, tmp],
  };
  const serialise: V1Container = {
    ...common,
    name: "serialise-model",
    command: ["python3", `${scripts}/serialise.py`],
    // As the engine, or it would compile and cache somewhere else.
    env: [
      ...env,
      ...python,
      { name: "MODEL_DIR", value: cache.modelPath },
      { name: "TENSORIZER_URI", value: tensorizerUri(target, cache.modelPath) },
      { name: "TENSOR_PARALLEL", value: String(target.engine.tensorParallel) },
      { name: "DTYPE", value: target.engine.dtype },
      { name: "KV_CACHE_DTYPE", value: target.engine.kvCacheDtype },
      { name: "MAX_MODEL_LEN", value: String(target.engine.maxModelLen) },
      { name: "GPU_MEMORY_UTILIZATION", value: String(target.engine.gpuMemoryUtilization) },
    ],
    resources,
    volumeMounts: [
      { name: "model-cache", mountPath: modelMount },
      { name: "shm", mountPath: "/dev/shm" },
      ...mounts,
      script,
      tmp,
    ],
  };
  const initContainers = loadFormat === "tensorizer" ? [install, serialise] : [install];
  return { initContainers, volumes, mounts, env: python };
}

/** `--load-format` and what belongs to it; names of v0.26.0 (EngineArgs.create_load_config, TensorizerConfig). */
export function loadFormatArguments(target: StandaloneTarget | LlmdTarget, modelPath: string): string[] {
  const { loadFormat } = target.engine;
  if (loadFormat === null) return [];
  const extra =
    loadFormat === "tensorizer"
      ? { tensorizer_uri: tensorizerUri(target, modelPath) }
      : // Threads that read at once; the streamer's default of 16 leaves fast disks idle.
        loadFormat === "runai_streamer"
        ? { concurrency: 32 }
        : null;
  return [
    ...["--load-format", loadFormat],
    ...(extra === null ? [] : ["--model-loader-extra-config", JSON.stringify(extra)]),
  ];
}

/**
 * Of the serialised copy, beside the model. What shapes its tensors is in the name: one that was made for other settings
 * is not read; engine.extraArgs, which might, are refused with this format. With tensor parallelism each rank has a file, and vLLM puts the rank in place of %03d.
 */
function tensorizerUri({ engine, model }: Pick<StandaloneTarget, "engine" | "model">, modelPath: string): string {
  const { tensorParallel, dtype, kvCacheDtype, image } = engine;
  const settings = shortHash([modelPath, tensorParallel, dtype, kvCacheDtype, image], 8);
  const folder = `${modelMount}/tensorizer/${model.name}/${settings}`;
  return `${folder}/${tensorParallel > 1 ? "model-rank-%03d.tensors" : "model.tensors"}`;
}

/** Scripts of the preparation; null where the format needs none. */
export function loadFormatConfigMap(scenario: Scenario, { engine }: StandaloneTarget): V1ConfigMap | null {
  if (engine.loadFormat === null || loaders[engine.loadFormat] === null) return null;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: configMapName,
      namespace: engineNamespace(scenario),
      labels: labels(scenario, "engine"),
    },
    immutable: true,
    data: { ...scriptFiles },
  };
}
