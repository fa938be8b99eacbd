import { loadFormats } from "../engine.ts";
import { type Carrier, number, quantity, setNumber } from "./carrier.ts";
import type { Draft } from "./draft.ts";
import { at, carryArguments } from "./serveKeys.ts";

const GPUS = ["VLLM_COMMON_TENSOR_PARALLELISM", "VLLM_COMMON_ACCELERATOR_NR", "VLLM_COMMON_GPU_NR"];
const IMAGE = ["REGISTRY", "REPO", "NAME", "TAG"].map((part) => `VLLM_STANDALONE_IMAGE_${part}`);

const sharedMemory = quantity(
  ["VLLM_COMMON_SHM_MEM", "VLLM_COMMON_SHM", "VLLM_MODELSERVICE_DECODE_SHM_MEM", "VLLM_MODELSERVICE_PREFILL_SHM_MEM"],
  "engine.sharedMemory",
  "One value for all pods.",
);

/** Settings of vLLM that all engines of a stack share. */
export const engine: readonly Carrier[] = [
  number(["VLLM_COMMON_MAX_MODEL_LEN"], "engine.maxModelLen", "", [1, 1e9]),
  number(["VLLM_COMMON_MAX_NUM_SEQ"], "engine.maxNumSeqs", "", [1, 1e9]),
  number(["VLLM_COMMON_MAX_NUM_BATCHED_TOKENS"], "engine.maxNumBatchedTokens", "", [1, 1e9]),
  number(["VLLM_COMMON_BLOCK_SIZE"], "engine.blockSize", "", [1, 256]),
  number(
    [
      "VLLM_COMMON_ACCELERATOR_MEM_UTIL",
      "VLLM_COMMON_GPU_MEM_UTIL",
      "VLLM_MODELSERVICE_DECODE_ACCELERATOR_MEM_UTIL",
      "VLLM_MODELSERVICE_PREFILL_ACCELERATOR_MEM_UTIL",
    ],
    "engine.gpuMemoryUtilization",
    "One value for all pods.",
    [0.1, 1],
  ),
  {
    variables: ["VLLM_COMMON_VLLM_LOAD_FORMAT", "VLLM_STANDALONE_VLLM_LOAD_FORMAT"],
    key: "engine.loadFormat",
    how: "`auto` is the default; formats without a preparation here go into `engine.extraArgs`.",
    carry: carryLoadFormat,
  },
  {
    variables: GPUS,
    key: "engine.tensorParallel",
    how: "GPUs of one engine. Where the old tool had both variables, the first counts.",
    carry: (draft, { simulated }) => {
      if (simulated) for (const name of GPUS) dropForSimulator(draft, name);
      for (const name of GPUS.filter((one) => draft.file.variables.get(`LLMDBENCH_${one}`)?.text === "auto"))
        draft.same(draft.take(name)!, "as here: what the parallelism needs");
      setNumber(draft, draft.first(...GPUS), "engine.tensorParallel", [1, 64]);
    },
  },
  number(
    ["VLLM_COMMON_REPLICAS", "VLLM_DEPLOYER_MODELSERVICE_REPLICAS"],
    "engine.replicas",
    "For llm-d the replicas of decode.",
    [1, 64],
  ),
  number(["VLLM_COMMON_CPU_NR"], "engine.cpu", "", [0.001, 256]),
  quantity(["VLLM_COMMON_CPU_MEM"], "engine.memory"),
  {
    ...sharedMemory,
    carry: (draft, context) => {
      if (!context.simulated) return sharedMemory.carry(draft, context);
      const taken = draft.first(...sharedMemory.variables);
      if (taken) draft.drop(taken, "a simulated engine has none.");
    },
  },
  {
    variables: [...IMAGE, "VLLM_STANDALONE_IMAGE"],
    key: "engine.version, engine.image",
    how: "Tag of vllm/vllm-openai, or another image. `latest` and `auto` are not carried: nobody would know what was measured.",
    carry: carryImage,
  },
  {
    variables: ["VLLM_STANDALONE_ARGS"],
    key: "engine.*, engine.extraArgs",
    how: "Each argument of `vllm serve` that has a key becomes it, the rest goes into extraArgs.",
    carry: (draft, { method, simulated }) => {
      const taken = draft.take("VLLM_STANDALONE_ARGS");
      if (taken === null) return;
      if (simulated) draft.drop(taken, "the simulated engine is ours and takes none.");
      else if (method === "standalone")
        carryArguments(draft, taken, { own: "engine", has: (key) => at(draft.config, `engine.${key}`) !== undefined });
      else draft.drop(taken, "it is for method standalone.");
    },
  },
];

function dropForSimulator(draft: Draft, name: string): void {
  const taken = draft.take(name);
  if (taken)
    draft.drop(taken, "a simulated engine has no GPUs; engine.tensorParallel would make it as fast as that many.");
}

function carryLoadFormat(draft: Draft): void {
  const taken = draft.first("VLLM_COMMON_VLLM_LOAD_FORMAT", "VLLM_STANDALONE_VLLM_LOAD_FORMAT");
  if (taken === null) return;
  if (taken.text === "auto") draft.same(taken, "the default");
  else if (loadFormats.some((format) => format === taken.text)) draft.set(taken, "engine.loadFormat", taken.text);
  else draft.drop(taken, `there is no preparation for it here. Try engine.extraArgs: [--load-format, ${taken.text}].`);
}

function carryImage(draft: Draft, { method, simulated }: { method: string; simulated: boolean }): void {
  const [registry, repo, name, tag] = IMAGE.map((variable) => draft.take(variable));
  const whole = draft.take("VLLM_STANDALONE_IMAGE");
  const given = [registry, repo, name, tag, whole].filter((part) => part != null);
  const why =
    method !== "standalone" ? "it is for method standalone." : simulated ? "the simulated engine is ours." : null;
  if (why !== null) {
    for (const part of given) draft.drop(part, why);
    return;
  }
  const image =
    whole?.text ??
    [registry?.text ?? "docker.io", repo?.text ?? "vllm", ...(name ? [name.text] : repo ? [] : ["vllm-openai"])]
      .join("/")
      .replace(/^docker\.io\/vllm\/?$/, "docker.io/vllm/vllm-openai");
  const usual = /^(docker\.io\/)?vllm(\/vllm)?-openai$|^docker\.io\/vllm$/.test(image);
  for (const part of [registry, repo, name]) if (part) draft.same(part, usual ? "the default" : "part of engine.image");
  if (whole) draft.set(whole, "engine.image", whole.text);
  else if (tag === null || tag === undefined) {
    if (given.length > 0 && !usual)
      draft.note(`the image ${image} has no tag in the file; without one it is not carried. Set engine.image.`);
  } else if (/^(latest|auto|main|nightly)$/.test(tag.text))
    draft.drop(
      tag,
      `"${tag.text}" is another version every week. Set engine.${usual ? "version" : "image"} to keep one; a pinned vLLM is the default.`,
    );
  else if (usual && /^v\d+\.\d+\.\d+/.test(tag.text)) draft.set(tag, "engine.version", tag.text);
  else draft.set(tag, "engine.image", `${image}:${tag.text}`);
}
