import { type BadConfig, clusterToken, cross, endpoint, gke, local, ocp, single, token } from "./badConfig.ts";

const slice = { ...ocp, gpu: "h100-80-mig-3g.40gb" };
const simulated = { ...local, platform: "kind" };
const host = "https://api.example.org:6443";
const storage = (modelStorage: object) => ({ cluster: { modelStorage } });

export const clusters: readonly BadConfig[] = [
  single("mode unknown", { ...gke, mode: "dry-run" }),
  single("engine cpu zero", { ...gke, engine: { cpu: 0 } }),
  single("engine memory without a unit", { ...gke, engine: { memory: "40" } }),
  single("shared memory a number", { ...gke, engine: { sharedMemory: 16 } }),
  single("service account with a blank", { ...gke, harnessSettings: { serviceAccount: "my account" } }),
  single("model storage a size", { ...gke, cluster: { modelStorage: "100Gi" } }),
  single("model storage key with a typo", { ...gke, ...storage({ acessMode: "ReadWriteMany" }) }),
  single("access mode in short", { ...gke, ...storage({ accessMode: "RWX" }) }),
  single("MIG strategy unknown", { ...slice, cluster: { migStrategy: "none" } }),
  single("ready timeout too short", { ...gke, cluster: { readyTimeoutSeconds: 5 } }),
  single("monitoring as text", { ...gke, cluster: { monitoring: "yes" } }),
  single("token inside cluster", { ...gke, cluster: { host, token: "sk-abcdefghijkl" } }),
  cross("host without a token", { ...gke, cluster: { host } }),
  cross("host without https", { ...gke, cluster: { host: "http://10.0.0.1:6443" } }, { ...token, ...clusterToken }),
  cross("host with a password", { ...gke, cluster: { host: "https://me:secret@h" } }, { ...token, ...clusterToken }),
  cross("host and context", { ...gke, cluster: { host, context: "prod" } }, { ...token, ...clusterToken }),
  cross("token of a cluster without a host", gke, { ...token, ...clusterToken }),
  cross("token of a cluster on local", local, clusterToken),
  cross("authority without a host", { ...gke, cluster: { certificateAuthority: "ca.pem" } }),
  cross("model storage where nothing is loaded", { ...simulated, ...storage({ size: "10Gi" }) }),
  cross("size of a claim that is there", { ...gke, ...storage({ claim: "models", size: "50Gi" }) }),
  cross("class of a claim that is there", { ...gke, ...storage({ claim: "models", storageClass: "fast" }) }),
  cross("replicas on a ReadWriteOnce volume", { ...ocp, engine: { replicas: 2 } }),
  cross("replicas of one target on a ReadWriteOnce volume", {
    ...ocp,
    targets: [{ name: "a" }, { name: "b", engine: { replicas: 2 } }],
  }),
  cross("one ReadWriteOnce claim for two engines", {
    ...ocp,
    ...storage({ claim: "models" }),
    targets: [{ name: "a" }, { name: "b" }],
  }),
  cross("ReadWriteMany of GKE's default class", { ...gke, ...storage({ accessMode: "ReadWriteMany" }) }),
  cross("model storage smaller than the model", { ...gke, ...storage({ size: "10Gi" }) }),
  cross("mixed MIG on gke", { ...gke, gpu: "h100-80-mig-3g.40gb", cluster: { migStrategy: "mixed" } }),
  cross("mixed MIG without a slice", { ...ocp, cluster: { migStrategy: "mixed" } }),
  cross("a Route on gke", { ...gke, cluster: { expose: true } }),
  cross("monitoring on kind", { ...simulated, cluster: { monitoring: true } }),
  cross("monitoring of existing engines", { ...ocp, targets: [endpoint], cluster: { monitoring: true } }),
  cross("a standup of existing engines", { ...ocp, targets: [endpoint], mode: "standup" }),
  ...["standup", "debug"].map((mode) => cross(`${mode} on local`, { ...local, mode })),
  ...[{ image: "vllm/vllm-openai:v0.26.0" }, { extraArgs: ["--enforce-eager"] }, { sharedMemory: "1Gi" }].map(
    (engine) => cross(`${Object.keys(engine)} of a simulated engine`, { ...simulated, engine }),
  ),
  cross("extraArgs of one simulated target", {
    ...gke,
    targets: [{ name: "a" }, { name: "b", method: "simulated", engine: { extraArgs: ["--enforce-eager"] } }],
  }),
  cross("cores of an engine on local", { ...local, engine: { cpu: 2 } }),
  cross("service account on local", { ...local, harnessSettings: { serviceAccount: "mine" } }),
  cross("an argument that the deployment sets", { ...gke, engine: { extraArgs: ["--port=9000"] } }),
];
