import { type BadConfig, cross, gke, local, spec } from "./badConfig.ts";

export const engine: readonly BadConfig[] = [
  cross("longer than the model's context", { ...local, model: "qwen2.5-7b", engine: { maxModelLen: 65536 } }),
  cross("fewer batched tokens than sequences", { ...local, engine: { maxNumBatchedTokens: 512 } }),
  cross("float16 with an FP8 model", {
    ...local,
    model: "llama-70b-fp8",
    engine: { tensorParallel: 2, dtype: "float16" },
  }),
  cross("image and version", { ...gke, engine: { image: "vllm/vllm-openai:v0.25.0", version: "v0.26.0" } }),
  cross("image without a tag", { ...gke, engine: { image: "registry.example.org:5000/vllm" } }),
  cross("extra argument with a key of its own", { ...gke, engine: { extraArgs: ["--tensor-parallel-size=2"] } }),
  cross("fault that never strikes", { ...local, simulator: { faults: [{ kind: "cut" }] } }),
  cross("fault by two rules", { ...local, simulator: { faults: [{ kind: "cut", every: 5, requests: [1] }] } }),
  cross("custom without modelSpec", { ...local, model: "custom" }),
  cross("modelSpec without custom", { ...local, modelSpec: spec }),
  cross("price of an unknown GPU", {
    ...local,
    prices: { "h100-81": { usdPerGpuHour: 2, source: "us", asOf: "2026-11-01" } },
  }),
];
