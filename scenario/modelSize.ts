import type { Model } from "./models.ts";

/** Parameters of the big matrices by their place; norms and biases (well under 0.1 %) are left out. */
export interface ParamGroups {
  /** Embedding table: looked up row by row, never read as a whole. 0 when it doubles as the output layer. */
  readonly embedding: number;
  readonly outputLayer: number;
  readonly attention: number;
  /** Feed-forward blocks that every token runs through: all of them in a dense model, shared experts in a mixture. */
  readonly sharedFfn: number;
  readonly routedExperts: number;
}

export function paramGroups(model: Model): ParamGroups {
  const { layers, hiddenSize, attentionHeads, kvHeads, headSize, ffnSize, vocabSize, moe } = model;
  const block = 3 * hiddenSize * ffnSize; // gate, up and down projection
  const router = moe ? hiddenSize * moe.experts : 0;
  return {
    embedding: model.tiedEmbeddings ? 0 : vocabSize * hiddenSize,
    outputLayer: vocabSize * hiddenSize,
    attention: layers * (hiddenSize * headSize * (2 * attentionHeads + 2 * kvHeads) + router),
    sharedFfn: layers * block * (moe ? moe.sharedExperts : 1),
    routedExperts: moe ? layers * block * moe.experts : 0,
  };
}

/** Bytes of one parameter of feed-forward blocks and experts; embeddings and output layer always have two. */
export function ffnParamBytes(model: Model): 1 | 2 {
  return model.precision === "fp8" ? 1 : 2;
}

/** FP8 recipes differ in whether they take the attention along (dense Llama: yes, Scout: no); bf16Params tells. */
export function attentionParamBytes(model: Model): 1 | 2 {
  const { embedding, outputLayer, attention } = paramGroups(model);
  return model.precision === "fp8" && model.bf16Params < embedding + outputLayer + attention ? 1 : 2;
}

export function weightBytes(model: Model): number {
  return 2 * model.bf16Params + ffnParamBytes(model) * (model.totalParams - model.bf16Params);
}

/** Heads whose keys and values one GPU holds: replicated, not split, once there are more GPUs than KV heads. */
export function kvHeadsPerGpu(model: Model, tensorParallel: number): number {
  return Math.ceil(model.kvHeads / tensorParallel);
}

/** Bytes that one token of context takes on each GPU. */
export function kvBytesPerToken(model: Model, tensorParallel: number, kvCacheDtype: "auto" | "fp8"): number {
  const elementBytes = kvCacheDtype === "fp8" ? 1 : 2;
  return 2 * model.layers * kvHeadsPerGpu(model, tensorParallel) * model.headSize * elementBytes;
}

/** vLLM splits query heads evenly, and KV heads evenly too, or copies them evenly. */
export function splits({ attentionHeads, kvHeads }: Model, tensorParallel: number): boolean {
  return attentionHeads % tensorParallel === 0 && (kvHeads % tensorParallel === 0 || tensorParallel % kvHeads === 0);
}
