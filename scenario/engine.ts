import type { Gpu } from "./gpus.ts";
import type { Model } from "./models.ts";
import { podSize } from "./podSize.ts";

export const loadFormats = ["safetensors", "tensorizer", "runai_streamer", "fastsafetensors"] as const;
export type LoadFormat = (typeof loadFormats)[number];

/** vLLM's settings, under vLLM's names. */
export interface EngineSettings {
  readonly image: string;
  readonly tensorParallel: number;
  readonly replicas: number;
  /** Tokens of prompt plus output. */
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** Share of a GPU's memory that the engine may use: 0..1. */
  readonly gpuMemoryUtilization: number;
  readonly kvCacheDtype: "auto" | "fp8";
  readonly dtype: "auto" | "bfloat16" | "float16";
  readonly prefixCaching: boolean;
  /** Tokens per KV-cache block. */
  readonly blockSize: number;
  /** How the weights are read; null: as the engine chooses. */
  readonly loadFormat: LoadFormat | null;
  /** Appended to `vllm serve` as they are. */
  readonly extraArgs: readonly string[];
  /** Of one replica's pod, on a cluster: requested, and limited but for the simulated engine's cores. */
  readonly cpu: number;
  readonly memory: string;
  /** Of /dev/shm, through which tensor-parallel workers talk. */
  readonly sharedMemory: string;
}

/** How a model lies in the memory of each of its GPUs; bytes per GPU. */
export interface Fit {
  /** What gpuMemoryUtilization leaves the engine of the GPU's memory. */
  readonly budgetBytes: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly cudaGraphBytes: number;
  /** CUDA context beyond the first, NCCL and all-reduce buffers. */
  readonly runtimeBytes: number;
  /** What is left for the KV cache, in whole blocks. */
  readonly kvCacheBytes: number;
  readonly kvBytesPerToken: number;
  readonly kvBlocks: number;
  /** vLLM's log line "GPU KV cache size". */
  readonly kvTokens: number;
  /** Requests of full maxModelLen that fit at once. */
  readonly maxConcurrency: number;
}

export const DEFAULT_IMAGE = "docker.io/vllm/vllm-openai";
export const DEFAULT_VERSION = "v0.26.0";

/** vLLM's own defaults for its API server: wide batches on cards of 70 GiB and more except the A100, narrower ones elsewhere. */
export function engineDefaults(gpu: Gpu, model: Model): EngineSettings {
  const wide = gpu.memoryGiB >= 70 && gpu.family !== "A100";
  return {
    image: `${DEFAULT_IMAGE}:${DEFAULT_VERSION}`,
    tensorParallel: 1,
    replicas: 1,
    maxModelLen: Math.min(model.maxContext, 16384),
    maxNumSeqs: wide ? 1024 : 256,
    maxNumBatchedTokens: wide ? 8192 : 2048,
    gpuMemoryUtilization: 0.9,
    kvCacheDtype: "auto",
    dtype: "auto",
    prefixCaching: true,
    blockSize: 16,
    loadFormat: null,
    extraArgs: [],
    ...podSize(false, 1),
    sharedMemory: "16Gi",
  };
}
