import type { Scenario } from "../../scenario/scenario.ts";
import { clusterStacks, readStack, scenarioOf } from "./stacks.ts";

const ocp = { platform: "ocp", gpu: "h100-80", model: "llama-8b" };
const gke = { platform: "gke", gpu: "a100-80", model: "qwen3-8b" };
const kind = { platform: "kind", gpu: "h100-80", model: "llama-8b" };
const two = [{ name: "baseline" }, { name: "candidate", engine: { maxNumSeqs: 64 } }];

/** What people may set that changes manifests, beside the committed stacks. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map([
  ...clusterStacks.map((stack) => [`stack ${stack}`, readStack(stack)] as const),
  ["two engines", scenarioOf({ ...ocp, targets: two })],
  [
    "two engines on one shared volume",
    scenarioOf({
      ...ocp,
      targets: [...two, { name: "other", model: "qwen3-8b" }],
      cluster: { modelStorage: { accessMode: "ReadWriteMany", storageClass: "nfs" } },
    }),
  ],
  [
    "replicas",
    scenarioOf({
      ...gke,
      engine: { replicas: 3 },
      cluster: { modelStorage: { accessMode: "ReadWriteMany", storageClass: "standard-rwx" } },
    }),
  ],
  ["a claim that is there", scenarioOf({ ...gke, cluster: { modelStorage: { claim: "models" } } })],
  [
    "mixed MIG",
    scenarioOf({ ...ocp, gpu: "h100-80-mig-3g.40gb", model: "llama-3b", cluster: { migStrategy: "mixed" } }),
  ],
  ["Route and PodMonitor", scenarioOf({ ...ocp, cluster: { expose: true, monitoring: true } })],
  ["PodMonitoring", scenarioOf({ ...gke, cluster: { monitoring: true } })],
  [
    "a namespace of its own for the load generator",
    scenarioOf({ ...ocp, targets: two, harnessSettings: { namespace: "load" } }),
  ],
  [
    "somebody else's namespace and identity",
    scenarioOf({
      ...ocp,
      cluster: { namespace: "my-project", createNamespace: false },
      harnessSettings: { serviceAccount: "mine" },
    }),
  ],
  [
    "an engine that exists already, with a key",
    scenarioOf({ ...kind, targets: [{ name: "theirs", url: "https://llm.example.org/v1" }, { name: "ours" }] }),
  ],
  ["two simulated engines", scenarioOf({ ...kind, targets: two.slice(0, 1).concat({ name: "slower" } as never) })],
  ["debug", scenarioOf({ ...kind, mode: "debug" })],
  ...(["guidellm", "fmperf", "vllm-benchmark", "aiperf"] as const).map((harness) => {
    const workload = harness === "fmperf" ? { workload: "sanity_long-input" } : {};
    return [`harness ${harness}`, scenarioOf({ ...gke, harness, ...workload })] as const;
  }),
  ["harness nop", scenarioOf({ ...gke, harness: "nop" })],
  ["debug of another harness", scenarioOf({ ...gke, harness: "guidellm", mode: "debug" })],
  [
    "a tokenizer from the model's volume",
    scenarioOf({ ...ocp, cluster: { modelStorage: { accessMode: "ReadWriteMany", storageClass: "nfs" } } }),
  ],
  ["tensorizer", scenarioOf({ ...ocp, engine: { loadFormat: "tensorizer", tensorParallel: 2 } })],
  ["fastsafetensors", scenarioOf({ ...gke, targets: two, engine: { loadFormat: "fastsafetensors" } })],
  ["standup", scenarioOf({ ...gke, mode: "standup" })],
  ["the longest names", scenarioOf({ ...ocp, targets: [{ name: "a".repeat(30) }], repetitions: 100 }, "s".repeat(80))],
]);
