/** A decoder-only transformer with grouped-query attention: what the fit and the roofline need to know of it. */
export interface Model {
  /** Short name: the value of `model` in a stack file, and part of scenario names. "custom" for a modelSpec. */
  readonly alias: string;
  /** Name on the Hugging Face hub, served under the same name. */
  readonly name: string;
  /** Parameters to load, as the hub counts them. */
  readonly totalParams: number;
  /** Parameters that one token passes through; equal to totalParams for a dense model. */
  readonly activeParams: number;
  readonly layers: number;
  readonly hiddenSize: number;
  /** Width of one feed-forward block: of one expert in a mixture of experts. */
  readonly ffnSize: number;
  readonly attentionHeads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabSize: number;
  /** The output layer is the embedding table itself and is stored once. */
  readonly tiedEmbeddings: boolean;
  /** Tokens: the longest context the model was made for. */
  readonly maxContext: number;
  /** "fp8": linear layers in one byte a weight, the rest in two. */
  readonly precision: "bf16" | "fp8";
  /** Parameters that stay in two bytes; all of them for bf16. */
  readonly bf16Params: number;
  /** Only with a Hugging Face token whose owner accepted the licence. */
  readonly gated: boolean;
  readonly moe: Moe | null;
  /** It reads images. Absent: text only, or, for a modelSpec, not known. */
  readonly vision?: true;
}

/** Every layer is a mixture of experts; shared experts are as wide as routed ones and run for every token. */
export interface Moe {
  readonly experts: number;
  readonly activeExperts: number;
  readonly sharedExperts: number;
}

/** What a dense model in BF16 has in common: every parameter is used by every token, in two bytes. */
function dense(totalParams: number) {
  return { totalParams, activeParams: totalParams, bf16Params: totalParams, precision: "bf16", moe: null } as const;
}

const llama3 = { vocabSize: 128256, maxContext: 131072, gated: true } as const;
const llama70b = {
  layers: 80,
  hiddenSize: 8192,
  ffnSize: 28672,
  attentionHeads: 64,
  kvHeads: 8,
  headSize: 128,
} as const;
const qwen3 = { vocabSize: 151936, maxContext: 40960, gated: false } as const;

/*
 * Architectures: config.json of each repository. Parameter totals: the safetensors counts the hub shows; a test recomputes them from the
 * architecture. Mind llama-17b: 17 B is what a token uses, about 109 B is what has to be loaded (a vision tower of 0.9 B among it).
 */
// biome-ignore format: a line for each kind of fact
export const models: readonly Model[] = [
  {
    alias: "llama-1b", name: "meta-llama/Llama-3.2-1B-Instruct", ...llama3, ...dense(1_235_814_400), tiedEmbeddings: true,
    layers: 16, hiddenSize: 2048, ffnSize: 8192, attentionHeads: 32, kvHeads: 8, headSize: 64,
  },
  {
    alias: "llama-3b", name: "meta-llama/Llama-3.2-3B-Instruct", ...llama3, ...dense(3_212_749_824), tiedEmbeddings: true,
    layers: 28, hiddenSize: 3072, ffnSize: 8192, attentionHeads: 24, kvHeads: 8, headSize: 128,
  },
  {
    alias: "llama-8b", name: "meta-llama/Llama-3.1-8B-Instruct", ...llama3, ...dense(8_030_261_248), tiedEmbeddings: false,
    layers: 32, hiddenSize: 4096, ffnSize: 14336, attentionHeads: 32, kvHeads: 8, headSize: 128,
  },
  {
    alias: "llama-70b", name: "meta-llama/Llama-3.1-70B-Instruct", ...llama3, ...dense(70_553_706_496), tiedEmbeddings: false,
    ...llama70b,
  },
  {
    alias: "llama-70b-fp8", name: "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", ...llama3, gated: false, tiedEmbeddings: false,
    ...llama70b,
    totalParams: 70_553_706_496, activeParams: 70_553_706_496, moe: null,
    // Embeddings, output layer and norms stay in BF16.
    precision: "fp8", bf16Params: 2_102_665_216,
  },
  {
    alias: "llama-17b", name: "RedHatAI/Llama-4-Scout-17B-16E-Instruct-FP8-dynamic", gated: false, tiedEmbeddings: false,
    layers: 48, hiddenSize: 5120, ffnSize: 8192, attentionHeads: 40, kvHeads: 8, headSize: 128, vocabSize: 202048, maxContext: 10_485_760,
    totalParams: 108_641_793_536, activeParams: 17_172_664_320, moe: { experts: 16, activeExperts: 1, sharedExperts: 1 },
    vision: true,
    // The recipe leaves attention, routers, embeddings, output layer and the vision tower in BF16: all but the experts.
    precision: "fp8", bf16Params: 5_965_511_936,
  },
  {
    alias: "qwen3-0.6b", name: "Qwen/Qwen3-0.6B", ...qwen3, ...dense(596_049_920), tiedEmbeddings: true,
    layers: 28, hiddenSize: 1024, ffnSize: 3072, attentionHeads: 16, kvHeads: 8, headSize: 128,
  },
  {
    alias: "qwen2.5-7b", name: "Qwen/Qwen2.5-7B-Instruct", ...dense(7_615_616_512), tiedEmbeddings: false, gated: false,
    layers: 28, hiddenSize: 3584, ffnSize: 18944, attentionHeads: 28, kvHeads: 4, headSize: 128, vocabSize: 152064, maxContext: 32768,
  },
  {
    alias: "qwen3-8b", name: "Qwen/Qwen3-8B", ...qwen3, ...dense(8_190_735_360), tiedEmbeddings: false,
    layers: 36, hiddenSize: 4096, ffnSize: 12288, attentionHeads: 32, kvHeads: 8, headSize: 128,
  },
  {
    alias: "qwen3-14b", name: "Qwen/Qwen3-14B", ...qwen3, ...dense(14_768_307_200), tiedEmbeddings: false,
    layers: 40, hiddenSize: 5120, ffnSize: 17408, attentionHeads: 40, kvHeads: 8, headSize: 128,
  },
  {
    alias: "qwen3-32b", name: "Qwen/Qwen3-32B", ...qwen3, ...dense(32_762_123_264), tiedEmbeddings: false,
    layers: 64, hiddenSize: 5120, ffnSize: 25600, attentionHeads: 64, kvHeads: 8, headSize: 128,
  },
  {
    alias: "qwen3-30b-a3b", name: "Qwen/Qwen3-30B-A3B", ...qwen3, ...dense(30_532_122_624), tiedEmbeddings: false,
    layers: 48, hiddenSize: 2048, ffnSize: 768, attentionHeads: 32, kvHeads: 4, headSize: 128,
    activeParams: 3_352_821_760, moe: { experts: 128, activeExperts: 8, sharedExperts: 0 },
  },
];

/** By alias ("llama-8b") or by the hub's name ("meta-llama/Llama-3.1-8B-Instruct"). */
export function findModel(name: string): Model | undefined {
  return models.find((model) => model.alias === name || model.name === name);
}
