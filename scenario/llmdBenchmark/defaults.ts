import { DEFAULT_VERSION, engineDefaults } from "../engine.ts";
import { findGpu } from "../gpus.ts";
import { findModel } from "../models.ts";
import { podSize } from "../podSize.ts";

/** What holds where a file says nothing. It is not carried: a converted stack has the defaults of this tool. */
export interface Default {
  readonly key: string;
  /** Variable without LLMDBENCH_, or where else it came from. */
  readonly from: string;
  readonly there: string;
  readonly here: string;
  readonly why: string;
}

export function differingDefaults(): readonly Default[] {
  const engine = engineDefaults(findGpu("h100-80")!, findModel("llama-8b")!);
  const pod = podSize(false, 1);
  return [
    {
      key: "engine.gpuMemoryUtilization",
      from: "VLLM_COMMON_ACCELERATOR_MEM_UTIL",
      there: "0.95",
      here: String(engine.gpuMemoryUtilization),
      why: "vLLM's own default, which the fit is checked with",
    },
    {
      key: "engine.blockSize",
      from: "VLLM_COMMON_BLOCK_SIZE",
      there: "64",
      here: String(engine.blockSize),
      why: "vLLM's own default; v0.2 passed 64 only where the file's arguments named it",
    },
    {
      key: "engine.maxNumBatchedTokens",
      from: "VLLM_COMMON_MAX_NUM_BATCHED_TOKENS",
      there: "4096",
      here: `${engine.maxNumBatchedTokens} (H100)`,
      why: "as vLLM chooses for the GPU",
    },
    {
      key: "engine.prefixCaching",
      from: "VLLM_STANDALONE_ARGS",
      there: "off (from v0.3.5 on)",
      here: engine.prefixCaching ? "on" : "off",
      why: "vLLM's own default; a report says what of its prompts came from the cache",
    },
    {
      key: "engine.extraArgs",
      from: "(from v0.6 on, in YAML)",
      there: "--enforce-eager",
      here: "none",
      why: "without CUDA graphs an engine is slower than anybody would run it",
    },
    {
      key: "engine.version",
      from: "VLLM_STANDALONE_IMAGE_TAG",
      there: "latest, auto",
      here: DEFAULT_VERSION,
      why: "a tag that moves makes runs incomparable",
    },
    {
      key: "engine.cpu",
      from: "VLLM_COMMON_CPU_NR",
      there: "4",
      here: String(pod.cpu),
      why: "2, and 2 for each GPU: the same for one GPU, more for several",
    },
    {
      key: "engine.memory",
      from: "VLLM_COMMON_CPU_MEM",
      there: "40Gi",
      here: pod.memory,
      why: "24Gi, and 16Gi for each GPU: the same for one GPU, more for several",
    },
    {
      key: "model",
      from: "DEPLOY_MODEL_LIST",
      there: "llama-3b (v0.1), llama-1b (v0.2), facebook/opt-125m (from v0.3.3)",
      here: "none",
      why: "the converter writes llama-1b and says so",
    },
    {
      key: "llmd.prefill",
      from: "VLLM_MODELSERVICE_PREFILL_REPLICAS",
      there: "1; from v0.2.1 on as VLLM_COMMON_REPLICAS",
      here: "none",
      why: "its default plugins did not tell prefill pods from decode pods",
    },
    {
      key: "llmd.routing",
      from: "VLLM_MODELSERVICE_GAIE_PRESETS",
      there: "least queue, then least KV cache (v0.2)",
      here: "prefix-aware",
      why: "what llm-d's guides begin with; `load-aware` is the old one",
    },
    {
      key: "llmd.gateway",
      from: "VLLM_MODELSERVICE_GATEWAY_CLASS_NAME",
      there: "kgateway; from v0.3.9 on istio",
      here: "by platform: gke, istio on ocp, else none",
      why: "kgateway's endpoint picking became agentgateway",
    },
    {
      key: "harness, workload",
      from: "HARNESS_NAME, HARNESS_EXPERIMENT_PROFILE",
      there: "vllm-benchmark simple-random (v0.2.0), inference-perf sanity_random (from v0.2.1 on)",
      here: "inference-perf on gke and ocp, concurrency-sweep",
      why: "one load tells little of an engine",
    },
    {
      key: "harnessSettings.waitTimeoutSeconds",
      from: "HARNESS_WAIT_TIMEOUT",
      there: "900; from v0.2.1 on 3600",
      here: "3600",
      why: "a sweep takes its time",
    },
    {
      key: "cluster.modelStorage.size",
      from: "VLLM_COMMON_PVC_MODEL_CACHE_SIZE",
      there: "300Gi",
      here: "a third more than the weights",
      why: "volumes cost money",
    },
    {
      key: "cluster.modelStorage.accessMode",
      from: "VLLM_COMMON_PVC_ACCESS_MODE",
      there: "ReadWriteMany",
      here: "ReadWriteOnce",
      why: "every cluster has it; the converter writes ReadWriteMany where several pods mount the model or a class is named",
    },
  ];
}
