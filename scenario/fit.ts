import type { EngineSettings, Fit } from "./engine.ts";
import type { Gpu } from "./gpus.ts";
import {
  attentionParamBytes,
  ffnParamBytes,
  kvBytesPerToken,
  kvHeadsPerGpu,
  paramGroups,
  weightBytes,
} from "./modelSize.ts";
import type { Model } from "./models.ts";

const GiB = 2 ** 30;

/*
 * Constants fitted to start-up logs of vLLM 0.19 on an H100 (llm-d-planner, accuracy report: 58 runs); the test lists the runs and the
 * error of each. Activation memory fell by 60 % at vLLM 0.17, so older logs do not compare.
 */
/** Bytes per (sequence, vocabulary entry) while the sampler profiles its largest batch: logits in BF16 and FP32, sorting buffers. */
const SAMPLER_BYTES = 14.84;
/** The hidden state kept beside the sampler, in multiples of one BF16 activation of the whole batch. */
const HIDDEN_COPIES = 1.2;
/** Activations of attention in multiples of the hidden size, beside three feed-forward widths. */
const ATTENTION_WIDTHS = 4.2;
/** CUDA graphs of all batch sizes: measured 0.91 GiB for 32 layers, 0.5 to 1.9 GiB over all models. */
const GRAPH_BASE_GIB = 0.2;
const GRAPH_GIB_PER_LAYER = 0.022;
/** Measured 0.25 alone, 2.07 with one peer, 2.13 to 2.21 with three: all-reduce buffers are most of it. */
const RUNTIME_GIB = { alone: 0.25, peers: 1.98, perPeerDoubling: 0.09 };

/**
 * Memory of one GPU when `model` runs on `engine.tensorParallel` of them, `dataParallel` times. Never throws: negative room
 * shows as kvBlocks 0.
 */
export function memoryFit(gpu: Gpu, model: Model, engine: EngineSettings, dataParallel = 1): Fit {
  const budgetBytes = gpu.memoryGiB * GiB * engine.gpuMemoryUtilization;
  const parts = {
    weightBytes: weightBytesPerGpu(model, engine.tensorParallel, dataParallel),
    activationBytes: activationBytes(model, engine),
    cudaGraphBytes: engine.extraArgs.includes("--enforce-eager")
      ? 0
      : (GRAPH_BASE_GIB + GRAPH_GIB_PER_LAYER * model.layers) * GiB,
    runtimeBytes: runtimeBytes(engine.tensorParallel),
  };
  const room = budgetBytes - parts.weightBytes - parts.activationBytes - parts.cudaGraphBytes - parts.runtimeBytes;
  const tokenBytes = kvBytesPerToken(model, engine.tensorParallel, engine.kvCacheDtype);
  const kvBlocks = Math.max(0, Math.floor(room / (tokenBytes * engine.blockSize)));
  const kvTokens = kvBlocks * engine.blockSize;
  return {
    budgetBytes,
    ...parts,
    kvCacheBytes: kvTokens * tokenBytes,
    kvBytesPerToken: tokenBytes,
    kvBlocks,
    kvTokens,
    maxConcurrency: kvTokens / engine.maxModelLen,
  };
}

/**
 * The share of one GPU; key and value projections are copied, not split, when there are more GPUs than KV heads. Data
 * parallelism copies all but a mixture's experts, which vLLM splits among the GPUs of all copies.
 */
function weightBytesPerGpu(model: Model, tensorParallel: number, dataParallel: number): number {
  const replicas = (kvHeadsPerGpu(model, tensorParallel) * tensorParallel) / model.kvHeads;
  const kvProjections = 2 * model.layers * model.hiddenSize * model.kvHeads * model.headSize;
  const elsewhere = paramGroups(model).routedExperts * ffnParamBytes(model) * (1 - 1 / dataParallel);
  const copies = kvProjections * attentionParamBytes(model) * (replicas - 1);
  return (weightBytes(model) - elsewhere + copies) / tensorParallel;
}

/** Peak of the profiling run: either the widest layer over a full batch of tokens, or the sampler over a full batch of sequences. */
function activationBytes(model: Model, { maxNumBatchedTokens, maxNumSeqs, tensorParallel }: EngineSettings): number {
  const tokens = maxNumBatchedTokens;
  const ffnSize = model.moe ? model.ffnSize * model.moe.sharedExperts : model.ffnSize;
  const layer = 2 * tokens * (3 * ffnSize + ATTENTION_WIDTHS * model.hiddenSize);
  const sampler = SAMPLER_BYTES * maxNumSeqs * model.vocabSize + HIDDEN_COPIES * 2 * tokens * model.hiddenSize;
  return Math.max(layer, sampler) + expertWorkspaceBytes(model, tokens, tensorParallel);
}

/** The fused expert kernel keeps buffers for every (token, chosen expert) pair, also between layers. */
function expertWorkspaceBytes(model: Model, tokens: number, tensorParallel: number): number {
  if (!model.moe) return 0;
  const ffn = model.ffnSize / tensorParallel;
  return 2 * tokens * model.moe.activeExperts * (Math.max(2 * ffn, model.hiddenSize) + ffn);
}

function runtimeBytes(tensorParallel: number): number {
  if (tensorParallel === 1) return RUNTIME_GIB.alone * GiB;
  return (RUNTIME_GIB.peers + RUNTIME_GIB.perPeerDoubling * Math.log2(tensorParallel)) * GiB;
}
