/** Variables of the old tool that no key stands for, by groups, and why; the first group that fits counts. */
export const withoutMeaning: readonly { readonly pattern: RegExp; readonly shown: string; readonly why: string }[] = [
  {
    pattern: /^(HF_TOKEN|CLUSTER_TOKEN)$/,
    shown: "HF_TOKEN, CLUSTER_TOKEN",
    why: "a secret, never carried: `pulumi config set --secret llm-bench:hfToken` (or `clusterToken`).",
  },
  {
    pattern: /^VLLM_COMMON_(HF_TOKEN_(NAME|KEY)|CONTEXT_SECRET_NAME|PULL_SECRET)$/,
    shown: "VLLM_COMMON_HF_TOKEN_NAME, ..._HF_TOKEN_KEY, ..._CONTEXT_SECRET_NAME, ..._PULL_SECRET",
    why: "Secrets are made from the stack's own, and no kubeconfig goes into a pod.",
  },
  {
    pattern: /^VLLM_COMMON_ACCELERATOR_(MEMORY|USE_DRA)$/,
    shown: "VLLM_COMMON_ACCELERATOR_MEMORY, ..._USE_DRA",
    why: "the catalogue knows a GPU's memory; devices are asked for by their resource, not by claims.",
  },
  {
    pattern: /^VLLM_COMMON_PVC_NAME$/,
    shown: "VLLM_COMMON_PVC_NAME",
    why: "each model has a volume of its own; one that is there already is cluster.modelStorage.claim.",
  },
  {
    pattern:
      /^VLLM_(COMMON_(PVC_DOWNLOAD_TIMEOUT|TIMEOUT|PERSISTENCE_ENABLED)|STANDALONE_PVC_MOUNTPOINT|MODELSERVICE_(URI|URI_PROTOCOL|MOUNT_MODEL_VOLUME_OVERRIDE))$/,
    shown:
      "VLLM_COMMON_PVC_DOWNLOAD_TIMEOUT, VLLM_COMMON_TIMEOUT, ..._PERSISTENCE_ENABLED, ..._PVC_MOUNTPOINT, ..._URI, ..._URI_PROTOCOL, ..._MOUNT_MODEL_VOLUME_OVERRIDE",
    why: "how a model reaches its engine is ours; cluster.readyTimeoutSeconds covers download and start.",
  },
  {
    pattern:
      /_(EXTRA_VOLUMES|EXTRA_VOLUME_MOUNTS|EXTRA_PVC_NAME|EXTRA_PVC_SIZE|EXTRA_CONTAINER_CONFIG|EXTRA_INIT_CONTAINER_CONFIG|INIT_CONTAINER_CONFIG|EXTRA_POD_CONFIG|EPHEMERAL_STORAGE(_NR|_RESOURCE)?|PODANNOTATIONS|ANNOTATIONS|POD_LABELS?|POD_SCHEDULER|PRIORITY_CLASS_NAME)$/,
    shown:
      "*_EXTRA_VOLUMES, *_EXTRA_VOLUME_MOUNTS, *_EXTRA_PVC_*, *_EXTRA_CONTAINER_CONFIG, *_INIT_CONTAINER_CONFIG, *_EXTRA_POD_CONFIG, *_EPHEMERAL_STORAGE*, *_ANNOTATIONS, *_POD_LABELS, *_POD_SCHEDULER, *_PRIORITY_CLASS_NAME",
    why: "pods have no free-form parts: what two systems differ in must be in the report. /dev/shm is engine.sharedMemory.",
  },
  {
    pattern:
      /_(NETWORK_RESOURCE|NETWORK_NR|NIXL_SIDE_CHANNEL_PORT|UCX_TLS|UCX_SOCKADDR_TLS_PRIORITY)$|_(NCCL|NVSHMEM|GLOO|NVIDIA)_/,
    shown: "*_NETWORK_RESOURCE, *_NETWORK_NR, *_NIXL_*, *_UCX_*, *_NCCL_*, *_NVSHMEM_*, *_GLOO_*, *_NVIDIA_*",
    why: "network devices (RDMA, RoCE) are not asked for: KV caches travel over the pod network.",
  },
  {
    pattern:
      /_(ENVVARS_TO_YAML|ENVVARS_GKE|VLLM_(ALLOW_LONG_MAX_MODEL_LEN|CACHE_ROOT|LOGGING_LEVEL|SERVER_DEV_MODE|WORKER_MULTIPROC_METHOD|USE_DEEP_GEMM|SKIP_P2P_CHECK|RANDOMIZE_DP_DUMMY_INPUTS|FUSED_MOE_CHUNK_SIZE|ALL2ALL_BACKEND)|HF_HUB_(CACHE|DISABLE_XET)|TRITON_LIBCUDA_PATH|DP_SIZE_LOCAL|LMCACHE_MAX_LOCAL_CPU_SIZE)$/,
    shown: "*_ENVVARS_TO_YAML, *_VLLM_* (variables of the engine's process), *_HF_HUB_*, *_TRITON_*, *_LMCACHE_*",
    why: "an engine's environment is not a key; an image of yours (engine.image) can bring one.",
  },
  {
    pattern:
      /_(PREPROCESS|MODEL_COMMAND|ENABLE_SLEEP_MODE|MODEL_LOADER_EXTRA_CONFIG|NUM_CPU_BLOCKS|CPU_BYTES_TO_USE)$|_STANDALONE_LAUNCHER(_|$)/,
    shown:
      "*_PREPROCESS, *_MODEL_COMMAND, *_ENABLE_SLEEP_MODE, *_MODEL_LOADER_EXTRA_CONFIG, *_NUM_CPU_BLOCKS, *_CPU_BYTES_TO_USE, VLLM_STANDALONE_LAUNCHER*",
    why: "the engine is started by `vllm serve` directly; its arguments go into extraArgs, load formats are engine.loadFormat.",
  },
  {
    pattern:
      /_(INFERENCE_PORT|METRICS_PORT|FQDN|(STARTUP|READINESS)_PROBE_\w+|INITIAL_DELAY_PROBE|SERVICE_ACCOUNT|HTTPROUTE)$|^VLLM_MONITORING_(METRICS_PATH|SCRAPE_INTERVAL)$/,
    shown:
      "*_INFERENCE_PORT, *_METRICS_PORT, *_FQDN, *_PROBE_*, *_INITIAL_DELAY_PROBE, *_SERVICE_ACCOUNT, *_HTTPROUTE, VLLM_MONITORING_METRICS_PATH, ..._SCRAPE_INTERVAL",
    why: "ports, probes and accounts follow from the method; cluster.readyTimeoutSeconds is how long a start may take.",
  },
  {
    pattern: /^(LLMD_(\w+_)?IMAGE_\w+|LLMD_ROUTINGSIDECAR_\w+|IMAGE(_\w+)?|VLLM_MODELSERVICE_(DECODE|PREFILL)_IMAGE)$/,
    shown:
      "LLMD_*_IMAGE_*, LLMD_IMAGE_*, LLMD_ROUTINGSIDECAR_*, IMAGE_*, VLLM_MODELSERVICE_DECODE_IMAGE, ..._PREFILL_IMAGE",
    why: "images of llm-d's parts are pinned with their charts; engines of llm-d run engine.image, as standalone does.",
  },
  {
    pattern:
      /^(VLLM_(INFRA|GAIE)_\w+|VLLM_MODELSERVICE_(CHART_\w+|HELM_\w+|VALUES_FILE|ADDITIONAL_SETS|RELEASE|GATEWAY_SERVICE_TYPE|INFERENCEPOOL_API|INFERENCE_(MODEL|POOL|POOL_PROVIDER_CONFIG)|EPP|RECONFIGURE_GATEWAY_AFTER_DEPLOY|EXTRA_\w+)|VLLM_DEPLOYER_(BASECONFIGMAPREFNAME|RECONFIGURE_GATEWAY_AFTER_DEPLOY|RELEASE|VALUES_FILE)|GATEWAY_\w+|LWS_\w+)$/,
    shown:
      "VLLM_INFRA_*, VLLM_GAIE_*, VLLM_MODELSERVICE_{CHART,HELM}_*, ..._VALUES_FILE, ..._ADDITIONAL_SETS, ..._RELEASE, ..._INFERENCE*, GATEWAY_*, LWS_*, VLLM_DEPLOYER_{BASECONFIGMAPREFNAME,RELEASE,VALUES_FILE}",
    why: "charts, their versions, values and release names are ours; llmd.charts takes them from a mirror.",
  },
  {
    pattern: /_GAIE_\w+$|EPP_\w*(SESSION_AWARE_SCORER|SCORER_WEIGHT)/,
    shown: "*_GAIE_* (flags, monitoring, sidecars), *_SCORER_WEIGHT, *_SESSION_AWARE_SCORER",
    why: "a preset has its own weights, and llmd.plugins says anything that a preset does not.",
  },
  {
    pattern:
      /^(HARNESS_(CONTAINER_IMAGE|PVC_NAME|CONDA_ENV_NAME|DIR|EXECUTABLE|GIT_\w+|OUTPUT|POD_LABEL|PROFILES_DIR|PROFILE_HARNESS_LIST|ENVVARS_TO_YAML|INFERENCE_PERF_RAYON_NUM_THREADS)|FMPERF_(?!EXPERIMENT_PROFILE)\w+)$/,
    shown:
      "HARNESS_CONTAINER_IMAGE, HARNESS_PVC_NAME, HARNESS_{CONDA,GIT,DIR,EXECUTABLE,OUTPUT,POD,PROFILES}*, FMPERF_*",
    why: "each harness has its image and version pinned (docs/harnesses.md); results come home to results/.",
  },
  {
    pattern: /^HARNESS_(EXPERIMENT_TREATMENTS\w*|LOAD_PARALLELISM)$/,
    shown: "HARNESS_EXPERIMENT_TREATMENTS*, HARNESS_LOAD_PARALLELISM",
    why: "a sweep is several targets, or several loads in one profile; one pod makes the load.",
  },
  {
    pattern:
      /^(HARNESS_SKIP_RUN|RUN_\w+|WORKSPACE_DIR|CURRENT_STEP|CLIOVERRIDE_\w+|SCENARIO_FULL_PATH|DEPLOY_(SCENARIO|CURRENT_\w+))$/,
    shown: "HARNESS_SKIP_RUN, RUN_*, WORKSPACE_DIR, CURRENT_STEP, DEPLOY_SCENARIO",
    why: "./bench up runs what is missing, ./bench collect and ./bench report start nothing; run ids come from content.",
  },
  {
    pattern: /^(HPA_\w+|WVA_\w+|VARIANT_\w+)$/,
    shown: "WVA_*, HPA_*, VARIANT_*",
    why: "autoscaling would change the system while it is measured.",
  },
  {
    pattern: /^(CONTROL_\w+|USER_\w+|BASE64_ARGS|IGNORE_FAILED_VALIDATION|OPENSHIFT_\w+|INFRA_\w+|DEPLOYER_\w+)$/,
    shown: "CONTROL_*, USER_*, IGNORE_FAILED_VALIDATION, OPENSHIFT_*, INFRA_*, DEPLOYER_*",
    why: "how the old scripts worked on your machine; results are below results/, the cluster is cluster.context.",
  },
];

export function whyWithoutMeaning(name: string): string | null {
  return withoutMeaning.find(({ pattern }) => pattern.test(name))?.why ?? null;
}
