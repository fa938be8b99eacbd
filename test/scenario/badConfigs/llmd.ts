import { type BadConfig, cross, gke, local, ocp, single } from "./badConfig.ts";

const onOcp = (llmd: object, more: object = {}) => ({ ...ocp, model: "qwen3-8b", method: "llm-d", llmd, ...more });
const onGke = (llmd: object, more: object = {}) => ({ ...gke, model: "qwen3-8b", method: "llm-d", llmd, ...more });
const onKind = (llmd: object, more: object = {}) => ({ ...local, platform: "kind", method: "llm-d", llmd, ...more });
const shared = { cluster: { modelStorage: { accessMode: "ReadWriteMany" } } };
const pair = [
  { name: "a", model: "qwen3-8b" },
  { name: "b", model: "qwen3-14b" },
];

const pickerConfig = {
  apiVersion: "llm-d.ai/v1alpha1",
  kind: "EndpointPickerConfig",
  plugins: [{ type: "queue-scorer" }, { type: "max-score-picker" }],
  schedulingProfiles: [
    { name: "default", plugins: [{ pluginRef: "queue-scorer" }, { pluginRef: "max-score-picker" }] },
  ],
};
const badReference = [{ name: "default", plugins: [{ pluginRef: "queue-scorer" }, { pluginRef: "best-picker" }] }];

export const llmd: readonly BadConfig[] = [
  single("llm-d key with a typo", onOcp({ gatway: "istio" })),
  single("llm-d role key with a typo", onOcp({ decode: { replica: 2 } })),
  single("llm-d gateway unknown", onOcp({ gateway: "kgateway" })),
  single("llm-d routing unknown", onOcp({ routing: "round-robin" })),
  single("llm-d router by its chart's old name", onOcp({ router: "gaie" })),
  single("llm-d role without pods", onOcp({ decode: { replicas: 0 } })),
  single("llm-d role a number", onOcp({ prefill: 2 })),
  single("llm-d plugins a file's name", onOcp({ plugins: "default-plugins.yaml" })),
  single("together as a word", { ...ocp, together: "yes" }),
  cross("llm-d settings without llm-d", { ...ocp, llmd: { gateway: "istio" } }),
  cross("llm-d settings of a standalone target", {
    ...onOcp({}),
    targets: [{ name: "a" }, { name: "b", method: "standalone", llmd: { routing: "random" } }],
  }),
  cross("GKE's gateway on ocp", onOcp({ gateway: "gke" })),
  cross("GKE's gateway on kind", onKind({ gateway: "gke" })),
  cross("GKE's class for istio", onGke({ gateway: "istio", gatewayClass: "gke-l7-rilb" })),
  cross("istio's class for GKE's gateway", onGke({ gatewayClass: "istio" })),
  cross("a class without a gateway", onOcp({ gateway: "none", gatewayClass: "istio" })),
  cross("routing and plugins", onOcp({ routing: "random", plugins: pickerConfig })),
  cross("plugins of another kind", onOcp({ plugins: { ...pickerConfig, kind: "InferencePool" } })),
  cross("plugins without apiVersion", onOcp({ plugins: { ...pickerConfig, apiVersion: undefined } })),
  cross("plugins of an older version", onOcp({ plugins: { ...pickerConfig, apiVersion: "inference.networking/v1" } })),
  cross("plugins without plugins", onOcp({ plugins: { ...pickerConfig, plugins: [] } })),
  cross("a profile with an unknown plugin", onOcp({ plugins: { ...pickerConfig, schedulingProfiles: badReference } })),
  cross("plugins that tell no roles apart", onOcp({ plugins: pickerConfig, prefill: {} }, shared)),
  cross("plugins with one role's filter", {
    ...onOcp({
      plugins: { ...pickerConfig, plugins: [...pickerConfig.plugins, { type: "prefill-filter" }] },
      prefill: {},
    }),
    ...shared,
  }),
  cross("a threshold without prefill pods", onOcp({ prefillThreshold: 100 })),
  cross("a threshold beside plugins", {
    ...onOcp({
      prefillThreshold: 100,
      plugins: { ...pickerConfig, plugins: [...pickerConfig.plugins, { type: "label-selector-filter" }] },
      prefill: {},
    }),
    ...shared,
  }),
  cross("decode over 3 GPUs", onOcp({ decode: { tensorParallel: 3 } })),
  cross("prefill over 16 GPUs", onOcp({ prefill: { tensorParallel: 16 } }, shared)),
  cross("prefill over 5 GPUs", onOcp({ prefill: { tensorParallel: 5 } }, shared)),
  cross("more copies than a node has GPUs", onOcp({ decode: { dataParallel: 16 } })),
  cross("copies that two nodes cannot share", onOcp({ decode: { dataParallel: 3, nodes: 2 } }, shared)),
  cross("tensor parallelism across nodes", onOcp({ decode: { tensorParallel: 8, nodes: 2 } }, shared)),
  cross("gpuCount unlike a decode replica", onOcp({ decode: { tensorParallel: 2 } }, { gpuCount: 4 })),
  cross("gpuCount unlike all copies", onOcp({ decode: { tensorParallel: 2, dataParallel: 4 } }, { gpuCount: 2 })),
  cross("70B decode on one H100 each", onOcp({ decode: { tensorParallel: 1 } }, { model: "llama-70b", gpuCount: 0 })),
  cross("70B prefill on one H100 each", {
    ...onOcp({ decode: { tensorParallel: 4 }, prefill: { tensorParallel: 1 } }, shared),
    model: "llama-70b",
  }),
  cross(
    "two copies of a dense model that fits no card",
    onOcp({ decode: { dataParallel: 2 } }, { model: "llama-70b" }),
  ),
  cross("copies on a MIG slice", onOcp({ decode: { dataParallel: 2 } }, { gpu: "h100-80-mig-3g.40gb" })),
  cross("decode over two MIG slices", onOcp({ decode: { tensorParallel: 2 } }, { gpu: "h100-80-mig-3g.40gb" })),
  cross("prefill and decode on MIG slices", onOcp({ prefill: {} }, { gpu: "h100-80-mig-3g.40gb", ...shared })),
  cross("prefill pods on a ReadWriteOnce volume", onOcp({ prefill: {} })),
  cross("decode pods on a ReadWriteOnce volume", onOcp({ decode: { replicas: 3 } })),
  cross("a dense model's copies on two nodes", onOcp({ decode: { dataParallel: 2, nodes: 2 } }, shared)),
  cross(
    "nodes on a ReadWriteOnce volume",
    onOcp({ decode: { dataParallel: 2, nodes: 2 } }, { model: "qwen3-30b-a3b" }),
  ),
  cross("tensorizer with llm-d", onOcp({}, { engine: { loadFormat: "tensorizer" } })),
  cross("llm-d argument with a key of its own", onOcp({ decode: { extraArgs: ["--data-parallel-size", "2"] } })),
  cross("llm-d prefill argument with a key", onOcp({ prefill: { extraArgs: ["-tp=2"] } }, shared)),
  cross("llm-d engine argument with a key", onOcp({}, { engine: { extraArgs: ["--data-parallel-size=2"] } })),
  cross("a KV transfer of one's own", {
    ...onOcp({ prefill: { extraArgs: ['--kv-transfer-config={"kv_connector":"NixlConnector"}'] } }, shared),
  }),
  cross("nop with llm-d", onOcp({}, { harness: "nop" })),
  cross("a Route to llm-d", onOcp({}, { cluster: { expose: true } })),
  cross("two gateways in one stack", {
    ...onOcp({}),
    targets: [{ name: "a" }, { name: "b", llmd: { gateway: "agentgateway" } }],
  }),
  cross(
    "two homes of the gateway's chart",
    onOcp({ charts: "a" }, { targets: [{ name: "a" }, { name: "b", llmd: { charts: "b" } }] }),
  ),
  cross("prefill of simulated engines", onKind({ prefill: {} })),
  cross("copies in a simulated engine", onKind({ decode: { dataParallel: 2 } })),
  cross("arguments of simulated decode pods", onKind({ decode: { extraArgs: ["--enforce-eager"] } })),
  cross("image of a simulated llm-d", onKind({}, { engine: { version: "v0.26.0" } })),
  cross("model storage of a simulated llm-d", onKind({}, { cluster: { modelStorage: { size: "10Gi" } } })),
  cross("simulator settings of a real llm-d", onOcp({}, { simulator: { speed: 2 } })),
  cross("one target together", onOcp({}, { harness: "llmbench", together: true })),
  cross("together on local", { ...local, targets: [{ name: "a" }, { name: "b" }], together: true }),
  cross("together in a standup", onOcp({}, { targets: pair, harness: "llmbench", mode: "standup", together: true })),
  cross("together by another harness", onOcp({}, { targets: pair, harness: "guidellm", together: true })),
];
