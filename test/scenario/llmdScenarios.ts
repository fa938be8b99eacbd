import type { RawConfig } from "../../scenario/config.ts";
import { parseScenario } from "../../scenario/parse.ts";
import type { Scenario } from "../../scenario/scenario.ts";

/** Values of a stack file, without the namespace of its keys. */
type Values = Readonly<Record<string, unknown>>;

const rwx = (storageClass: string) => ({ cluster: { modelStorage: { accessMode: "ReadWriteMany", storageClass } } });
const cephfs = rwx("ocs-storagecluster-cephfs");
const gke = { platform: "gke", method: "llm-d" };
const ocp = { platform: "ocp", method: "llm-d" };

/* The scenarios of llm-d-benchmark's documents (v0.2.0, `scenarios/*.sh`) that use its model service, with what they set. */
export const gkeH100Llama3b: Values = {
  ...gke,
  gpu: "h100-80",
  model: "llama-3b",
  // Filestore bills 1 TiB at the least.
  cluster: { modelStorage: { accessMode: "ReadWriteMany", storageClass: "standard-rwx", size: "1Ti" } },
};

export const ocpA100Llama3b: Values = { ...ocp, ...cephfs, gpu: "a100-80", model: "llama-3b" };

export const ocpH100MigLlama3b: Values = { ...ocp, gpu: "h100-80-mig-3g.40gb", model: "llama-3b" };

/** Two slices, here of an operator that names them by their profile. */
export const ocpH100MigLlama8b: Values = {
  ...ocp,
  gpu: "h100-80-mig-3g.40gb",
  model: "llama-8b",
  engine: { replicas: 2 },
  cluster: { ...rwx("nfs-client-pokprod").cluster, migStrategy: "mixed" },
};

export const ocpH100Llama3b: Values = { ...ocp, gpu: "h100-80", model: "llama-3b" };

/** The document leaves one accelerator: 131 GiB of weights need more than two cards of 79 GiB once there is a KV cache. */
export const ocpH100Llama70b: Values = {
  ...ocp,
  ...rwx("nfs-client-pokprod"),
  gpu: "h100-80",
  model: "llama-70b",
  engine: { tensorParallel: 4, replicas: 2, maxModelLen: 10000, cpu: 8, memory: "100Gi" },
};

export const ocpH100Llama17b1P3D: Values = {
  ...ocp,
  ...cephfs,
  gpu: "h100-80",
  model: "llama-17b",
  engine: {
    ...{ tensorParallel: 8, maxModelLen: 250_000, maxNumBatchedTokens: 32768, blockSize: 128 },
    ...{ cpu: 16, memory: "64Gi" },
  },
  llmd: { prefill: { replicas: 1 }, decode: { replicas: 3 } },
};

export const ocpH100PD: Values = {
  ...ocp,
  ...cephfs,
  gpu: "h100-80",
  model: "llama-1b",
  engine: { maxModelLen: 32768, blockSize: 128, cpu: 32, memory: "128Gi" },
  llmd: {
    ...{ prefillThreshold: 1, prefill: { replicas: 4, tensorParallel: 1 } },
    decode: { replicas: 1, tensorParallel: 4 },
  },
};

/** Of any Kubernetes; its nodes carry labels of their cloud's, where ours go by those of GPU feature discovery. */
export const kubernetesH200Llama8b: Values = { ...ocp, ...rwx("shared-vast"), gpu: "h200-141", model: "llama-8b" };

export const ocpH200PD: Values = { ...ocpH100PD, gpu: "h200-141" };

export const cicd: Values = {
  ...ocp,
  gpu: "a100-80",
  model: "llama-1b",
  harness: "vllm-benchmark",
  workload: "random_concurrent",
  cluster: { namespace: "llmdbenchcicd" },
};

/* Others, for what these have not. */
export const kindSimulated: Values = {
  platform: "kind",
  gpu: "h100-80",
  model: "llama-8b",
  method: "llm-d",
  llmd: { decode: { replicas: 2 } },
};

export const standaloneAgainstLlmd: Values = {
  ...cephfs,
  platform: "ocp",
  gpu: "h100-80",
  model: "qwen3-8b",
  harness: "llmbench",
  targets: [
    { name: "alone", method: "standalone" },
    { name: "routed", method: "llm-d", llmd: { decode: { replicas: 2 } } },
  ],
};

export const twoModelsBehindIstio: Values = {
  ...ocp,
  gpu: "h100-80",
  harness: "llmbench",
  together: true,
  targets: [
    { name: "chat", model: "llama-8b" },
    { name: "code", model: "qwen3-14b", llmd: { routing: "load-aware" } },
  ],
};

export const agentgateway: Values = {
  ...ocp,
  gpu: "h100-80",
  model: "qwen3-8b",
  llmd: { gateway: "agentgateway", routing: "random" },
};

export const noGateway: Values = { ...ocp, gpu: "l40s", model: "qwen3-8b", llmd: { gateway: "none" } };

/** Experts of one model on 24 GPUs: decode pods on two nodes, prefill pods on one. */
export const wideExpertParallel: Values = {
  ...ocp,
  ...cephfs,
  gpu: "h100-80",
  model: "qwen3-30b-a3b",
  engine: { extraArgs: ["--enable-expert-parallel"] },
  llmd: {
    decode: { dataParallel: 16, nodes: 2, extraArgs: ["--max-cudagraph-capture-size=256"] },
    prefill: { dataParallel: 8, nodes: 1, extraArgs: ["--enforce-eager"] },
  },
};

export const llmdRouterOnGke: Values = {
  ...gke,
  gpu: "h100-80",
  model: "qwen3-8b",
  llmd: { router: "llm-d-router" },
  cluster: { monitoring: true },
};

export const llmdRouterPD: Values = {
  ...ocp,
  ...cephfs,
  gpu: "h100-80",
  model: "qwen3-32b",
  cluster: { ...cephfs.cluster, monitoring: true },
  llmd: { router: "llm-d-router", decode: { tensorParallel: 2 }, prefill: {} },
};

export const llmdRouterWithoutGateway: Values = {
  ...gke,
  gpu: "a100-40",
  model: "llama-3b",
  llmd: { gateway: "none", router: "llm-d-router", endpointPicker: { cpu: 2, memory: "4Gi" } },
};

export const ownPlugins: Values = {
  ...ocp,
  gpu: "h100-80",
  model: "qwen3-8b",
  llmd: {
    plugins: {
      apiVersion: "llm-d.ai/v1alpha1",
      kind: "EndpointPickerConfig",
      plugins: [{ type: "queue-scorer" }, { type: "max-score-picker", name: "best" }],
      schedulingProfiles: [
        { name: "default", plugins: [{ pluginRef: "queue-scorer", weight: 1 }, { pluginRef: "best" }] },
      ],
    },
  },
};

/** Under names for files: those of the documents first, as the documents have them. */
export const llmdScenarios: Readonly<Record<string, Values>> = {
  "gke_H100_modelservice_llama-3b": gkeH100Llama3b,
  "ocp_A100_modelservice_llama-3b": ocpA100Llama3b,
  "ocp_H100MIG_modelservice_llama-3b": ocpH100MigLlama3b,
  "ocp_H100MIG_modelservice_llama-8b": ocpH100MigLlama8b,
  "ocp_H100_modelservice_llama-3b": ocpH100Llama3b,
  "ocp_H100_modelservice_llama-70b": ocpH100Llama70b,
  "ocp_H100_modelservice_llama-17b_1P_3D": ocpH100Llama17b1P3D,
  ocp_H100_modelservice_PD: ocpH100PD,
  kubernetes_H200_modelservice_llama_8b: kubernetesH200Llama8b,
  ocp_H200_modelservice_PD: ocpH200PD,
  cicd,
  "kind-simulated": kindSimulated,
  "standalone-against-llm-d": standaloneAgainstLlmd,
  "two-models-behind-istio": twoModelsBehindIstio,
  agentgateway,
  "no-gateway": noGateway,
  "wide-expert-parallel": wideExpertParallel,
  "llm-d-router-on-gke": llmdRouterOnGke,
  "llm-d-router-PD": llmdRouterPD,
  "llm-d-router-without-gateway": llmdRouterWithoutGateway,
  "own-plugins": ownPlugins,
};

/** With a token, which some of the models need. */
export function llmdScenario(values: Values, stack = "llmd"): Scenario {
  const raw: RawConfig = { values, hasHfToken: true, hasClusterToken: false, apiKeyNames: [] };
  return parseScenario(raw, { stack, file: `Pulumi.${stack}.yaml` });
}
