import { type BadConfig, cross, endpoint, gke, local, ocp } from "./badConfig.ts";

export const harness: readonly BadConfig[] = [
  cross("cluster on local", { ...local, cluster: { namespace: "bench" } }),
  cross("nop on local", { ...local, harness: "nop" }),
  cross("a tokenizer for a harness that lets the engine count", { ...local, harnessSettings: { tokenizer: "gpt2" } }),
  cross("context too short for another harness", {
    ...gke,
    engine: { maxModelLen: 512 },
    workload: "concurrency-sweep",
  }),
  ...["cpu", "memory"].map((key) =>
    cross(`${key} on local`, { ...local, harnessSettings: { [key]: key === "cpu" ? 4 : "8Gi" } }),
  ),
  cross("nop with an existing engine", { ...gke, harness: "nop", targets: [endpoint] }),
  cross("nop with a simulated engine", { ...local, platform: "kind", harness: "nop" }),
  cross("an engine without a key, open to the outside", {
    ...ocp,
    harness: "fmperf",
    workload: "sanity_long-input",
    cluster: { expose: true },
  }),
  cross("a tokenizer's folder that no pod has", {
    ...gke,
    harness: "guidellm",
    harnessSettings: { tokenizer: "../tokenizer" },
  }),
  cross("a pull secret on local", { ...local, harnessSettings: { imagePullSecret: "mine" } }),
  cross("arguments that tensorizer's copy is made without", {
    ...gke,
    engine: { loadFormat: "tensorizer", extraArgs: ["--trust-remote-code"] },
  }),
  cross("nop several times", { ...gke, harness: "nop", repetitions: 3 }),
  cross("harness without profiles", { ...gke, harness: "fmperf", workload: "local" }),
  cross("context too short for the workload", {
    ...gke,
    harness: "llmbench",
    engine: { maxModelLen: 2048 },
    workload: "concurrency-sweep",
  }),
  cross("context too short for an override", { ...local, workloadOverrides: { "data.outputTokens.value": 20000 } }),
  cross("wait time shorter than the workload", {
    ...gke,
    harness: "llmbench",
    harnessSettings: { waitTimeoutSeconds: 300 },
  }),
];
