import { gpus } from "../gpus.ts";
import type { Carrier, Context } from "./carrier.ts";
import type { Draft } from "./draft.ts";

/** Where the engines run: the label that the old tool chose nodes by tells both platform and GPU. */
export const hardware: readonly Carrier[] = [
  {
    variables: ["VLLM_COMMON_AFFINITY", "VLLM_COMMON_ACCELERATOR_NAME"],
    key: "platform, gpu",
    how: "`cloud.google.com/gke-accelerator` is gke, `nvidia.com/gpu.product` ocp; the value is looked up in the catalogue of GPUs. `auto` tells nothing: the file's name, `--platform` and `--gpu` do.",
    carry: carryAffinity,
  },
  {
    variables: [
      "VLLM_COMMON_ACCELERATOR_RESOURCE",
      "VLLM_MODELSERVICE_DECODE_ACCELERATOR_RESOURCE",
      "VLLM_MODELSERVICE_PREFILL_ACCELERATOR_RESOURCE",
    ],
    key: "cluster.migStrategy",
    how: "`nvidia.com/mig-...` is `mixed`; `nvidia.com/gpu` and `auto` are the default; other makers' devices are not carried.",
    carry: (draft) => {
      for (const name of ["VLLM_COMMON", "VLLM_MODELSERVICE_DECODE", "VLLM_MODELSERVICE_PREFILL"]) {
        const taken = draft.take(`${name}_ACCELERATOR_RESOURCE`);
        if (taken === null) continue;
        if (/^(auto|nvidia\.com\/gpu)$/.test(taken.text)) draft.same(taken, "as here");
        else if (taken.text.startsWith("nvidia.com/mig-")) draft.set(taken, "cluster.migStrategy", "mixed");
        else draft.drop(taken, "engines run on NVIDIA GPUs only.");
      }
    },
  },
];

function carryAffinity(draft: Draft, context: Context): void {
  const taken = draft.take("VLLM_COMMON_AFFINITY");
  const named = draft.take("VLLM_COMMON_ACCELERATOR_NAME");
  const [, label, value = ""] = /^([^:]+)(?::(.*))?$/.exec(taken?.text ?? "") ?? [];
  const [byLabel, why] = platformOf(label);
  const platform = context.platform ?? (context.simulated ? "kind" : (byLabel ?? platformByName(context.fileName)));
  const gpu =
    context.gpu ??
    gpuOf(value) ??
    gpuOf(named?.text ?? "") ??
    (context.simulated ? "h100-80" : gpuByName(context.fileName, platform ?? "ocp"));
  if (named) draft.same(named, "see gpu");
  const notTold = (what: string, option: string) => `the file does not tell the ${what}; ${option} does`;
  if (taken && context.simulated) draft.drop(taken, "a simulated engine needs no node of its own.");
  if (context.simulated) {
    draft.assume("platform", platform, "a simulator needs no GPU: any cluster will do");
    draft.assume("gpu", gpu, "the GPU whose speed our simulated engine has; the old one has none");
    return;
  }
  if (taken && byLabel !== null && platform === byLabel) draft.set(taken, "platform", platform, why);
  else
    draft.assume(
      "platform",
      platform ?? "ocp",
      platform === null
        ? notTold("platform", "--platform")
        : context.platform
          ? "by --platform"
          : `by the name of the file${why ? `; ${why}` : ""}`,
    );
  if (taken && gpu !== null && gpuOf(value) === gpu) draft.set(taken, "gpu", gpu);
  else if (gpu !== null) draft.assume("gpu", gpu, context.gpu ? "by --gpu" : "by the name of the file");
  else if (taken && byLabel !== null && value !== "")
    draft.set(taken, "gpu", value.toLowerCase(), "the catalogue has no such GPU; its name is carried as it is");
  else if (taken && value !== "")
    draft.drop(taken, `${taken.text} chooses no NVIDIA GPU, and engines run on no other device; gpu is left out.`);
  else draft.note(`${notTold("GPU", "--gpu")}; gpu is left out.`);
}

function platformOf(label: string | undefined): [string | null, string] {
  if (label === "cloud.google.com/gke-accelerator") return ["gke", ""];
  if (label === "nvidia.com/gpu.product" || label === "nvidia.com/gpu") return ["ocp", ""];
  if (label?.startsWith("gpu.nvidia.com/"))
    return [
      "ocp",
      "a cluster that is neither GKE nor OpenShift; ocp finds GPUs by nvidia.com/gpu.product, which the GPU operator sets anywhere",
    ];
  return [null, ""];
}

function platformByName(fileName: string): string | null {
  const [first = ""] = fileName.toLowerCase().split("_");
  return ["gke", "ocp", "kind"].includes(first) ? first : null;
}

/** By a node's label: GKE's names, those of GPU feature discovery, or a part of them that means one whole GPU. */
function gpuOf(label: string): string | null {
  if (label === "") return null;
  const exact = gpus.find(
    ({ labels }) => labels.gfd === label || (labels.gke?.partition === null && labels.gke.accelerator === label),
  );
  if (exact) return exact.name;
  const near = gpus.filter(
    ({ name, mig }) => mig === null && (name === label.toLowerCase() || name.startsWith(`${label.toLowerCase()}-`)),
  );
  return near.length === 1 ? near[0]!.name : null;
}

/** Hardware in names such as ocp_H100MIG_standalone_llama-3b; the size of a MIG slice is in none. */
function gpuByName(fileName: string, platform: string): string | null {
  const family = fileName.split("_")[1]?.toLowerCase() ?? "";
  if (family === "a100") return platform === "gke" ? "a100-40" : "a100-80";
  return gpuOf(family);
}
