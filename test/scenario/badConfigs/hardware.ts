import { type BadConfig, cross, gke, local, ocp } from "./badConfig.ts";

export const platformAndMethod: readonly BadConfig[] = [
  cross("standalone on local", { ...local, method: "standalone" }),
  cross("llm-d on local", { ...local, method: "llm-d" }),
  cross("standalone on kind", { ...local, platform: "kind", method: "standalone" }),
];

const gpusNotOnGke = [
  "l40",
  "l40s",
  "a100-40-mig-4g.20gb",
  "a100-80-mig-1g.20gb",
  "a100-80-mig-4g.40gb",
  "h100-80-mig-4g.40gb",
];
export const platformAndGpu: readonly BadConfig[] = [
  ...gpusNotOnGke.flatMap((gpu) =>
    (["standalone", "llm-d"] as const).map((method) => cross(`${gpu} on gke by ${method}`, { ...gke, gpu, method })),
  ),
  cross("gpu missing on gke", { platform: "gke", model: "llama-8b" }),
  cross("gpu missing for a simulated engine", { platform: "local", model: "llama-8b" }),
  cross("model missing", { platform: "ocp", gpu: "h100-80" }),
];

export const parallelism: readonly BadConfig[] = [
  ...["h100-80-mig-1g.10gb", "h100-80-mig-3g.40gb", "a100-80-mig-7g.80gb"].map((gpu) =>
    cross(`tensorParallel 2 on ${gpu}`, { ...ocp, gpu, model: "llama-1b", engine: { tensorParallel: 2 } }),
  ),
  cross("gpuCount 4 on a MIG slice", { ...ocp, gpu: "h100-80-mig-3g.40gb", model: "llama-1b", gpuCount: 4 }),
  cross("8B over 3 GPUs", { ...ocp, engine: { tensorParallel: 3 } }),
  cross("Qwen 7B (28 heads) over 8 GPUs", { ...ocp, model: "qwen2.5-7b", engine: { tensorParallel: 8 } }),
  cross("Scout over 5 GPUs (8 KV heads)", { ...ocp, model: "llama-17b", engine: { tensorParallel: 5 } }),
  cross("more GPUs than a machine has", { ...ocp, model: "llama-70b", engine: { tensorParallel: 16 } }),
  cross("gpuCount unlike tensorParallel", { ...ocp, model: "llama-70b", gpuCount: 8, engine: { tensorParallel: 4 } }),
];

export const memory: readonly BadConfig[] = [
  ...(
    [
      ["llama-70b", "h100-80", 1],
      ["llama-70b", "h100-80-mig-3g.40gb", 1],
      ["llama-70b", "a100-40", 2],
      ["llama-70b", "l40s", 2],
      ["llama-17b", "h100-80", 1],
      ["llama-17b", "a100-40", 2],
      ["qwen3-32b", "l40", 1],
      ["llama-8b", "h100-80-mig-1g.10gb", 1],
      ["llama-8b", "a100-40-mig-2g.10gb", 1],
      ["llama-3b", "a100-40-mig-1g.5gb", 1],
    ] as const
  ).map(([model, gpu, tensorParallel]) =>
    cross(`${model} on ${tensorParallel} x ${gpu}`, { ...ocp, model, gpu, engine: { tensorParallel } }),
  ),
  cross("simulated 70B on one H100", { ...local, model: "llama-70b" }),
  cross("32B with its whole context on one H100", { ...ocp, model: "qwen3-32b", engine: { maxModelLen: 40960 } }),
  cross("70B FP8 on one H100 at its whole context", {
    ...ocp,
    model: "llama-70b-fp8",
    engine: { maxModelLen: 131072 },
  }),
  cross("3B on 1g.10gb with a long context", {
    ...ocp,
    model: "llama-3b",
    gpu: "h100-80-mig-1g.10gb",
    engine: { maxModelLen: 65536 },
  }),
  cross("8B on 2g.20gb with the usual context", { ...ocp, gpu: "h100-80-mig-2g.20gb", engine: { maxModelLen: 32768 } }),
];
