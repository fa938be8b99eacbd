/** Configurations that must be refused, each for exactly one reason. */
export interface BadConfig {
  readonly name: string;
  /** true: every key is fine by itself and it is their combination that is wrong. */
  readonly crossKey: boolean;
  readonly values: Readonly<Record<string, unknown>>;
  readonly secrets: {
    readonly hfToken?: string;
    readonly clusterToken?: string;
    readonly apiKeys?: Readonly<Record<string, unknown>>;
  };
}

const local = { platform: "local", gpu: "h100-80", model: "llama-8b" };
const gke = { platform: "gke", gpu: "a100-80", model: "llama-8b" };
const ocp = { platform: "ocp", gpu: "h100-80", model: "llama-8b" };
const token = { hfToken: "hf_not_a_real_token" };
const clusterToken = { clusterToken: "sha256~not_a_real_token" };
/** Pixels of one side, for both. */
const square = (min: number, max: number) => ({ width: { min, max }, height: { min, max } });
const spec = {
  ...{ name: "acme/tiny", totalParams: 1_000_000_000, layers: 16, hiddenSize: 2048, ffnSize: 8192 },
  ...{ attentionHeads: 32, kvHeads: 8, headSize: 64, vocabSize: 32000, maxContext: 8192 },
};

function single(name: string, values: object): BadConfig {
  return { name, crossKey: false, values: values as Record<string, unknown>, secrets: token };
}
function cross(name: string, values: object, secrets: BadConfig["secrets"] = token): BadConfig {
  return { name, crossKey: true, values: values as Record<string, unknown>, secrets };
}

const shapes: readonly BadConfig[] = [
  single("platform missing", { gpu: "h100-80", model: "llama-8b" }),
  single("platform unknown", { ...local, platform: "aws" }),
  single("platform in capitals", { ...local, platform: "GKE" }),
  single("platform with a typo", { ...local, platform: "locla" }),
  single("platform a number", { ...local, platform: 3 }),
  single("gpu a number", { ...local, gpu: 80 }),
  single("model a list", { ...local, model: ["llama-8b", "llama-70b"] }),
  single("method with a typo", { ...gke, method: "standalon" }),
  single("method of another tool", { ...gke, method: "modelservice" }),
  single("key with a typo", { ...local, modle: "llama-8b" }),
  single("engine setting at the top level", { ...local, tensorParallel: 2 }),
  single("harness setting at the top level", { ...local, waitTimeoutSeconds: 60 }),
  single("top-level key in engine", { ...local, engine: { repetitions: 3 } }),
  single("engine key with a typo", { ...local, engine: { tensorParalell: 2 } }),
  single("engine key in vLLM's spelling", { ...local, engine: { max_model_len: 4096 } }),
  single("simulator key with a typo", { ...local, simulator: { slowdon: 1.1 } }),
  single("target key with a typo", { ...local, targets: [{ name: "a", ulr: "http://127.0.0.1:8000" }] }),
  single("key that nothing resembles", { ...local, colour: "blue" }),
  single("token in a key with a typo", { ...local, hfTokn: "hf_abcdefghijklmnop" }),
  single("key inside an unknown section", { ...local, auth: { "engine-a": "sk-abcdefghijkl" } }),
  single("key beside a url", { ...local, targets: [{ name: "a", url: "http://127.0.0.1:1", apiKey: "abcdefghijkl" }] }),
  single("token in a plain key", { ...local, notes: "hf_abcdefghijklmnop" }),
  single("cluster key with a typo", { ...gke, cluster: { contxt: "prod" } }),
  single("repetitions zero", { ...local, repetitions: 0 }),
  single("repetitions fractional", { ...local, repetitions: 2.5 }),
  single("repetitions a word", { ...local, repetitions: "five" }),
  single("repetitions too many", { ...local, repetitions: 1000 }),
  single("seed negative", { ...local, seed: -1 }),
  single("gpuCount negative", { ...local, gpuCount: -2 }),
  single("engine a string", { ...local, engine: "fast" }),
  single("tensorParallel zero", { ...local, engine: { tensorParallel: 0 } }),
  single("tensorParallel as text", { ...local, engine: { tensorParallel: "2" } }),
  single("maxNumBatchedTokens as a word", { ...local, engine: { maxNumBatchedTokens: "many" } }),
  single("gpuMemoryUtilization in percent", { ...local, engine: { gpuMemoryUtilization: 90 } }),
  single("blockSize odd", { ...local, engine: { blockSize: 24 } }),
  single("kvCacheDtype unknown", { ...local, engine: { kvCacheDtype: "int4" } }),
  single("prefixCaching as text", { ...local, engine: { prefixCaching: "on" } }),
  single("extraArgs one string", { ...local, engine: { extraArgs: "--enforce-eager" } }),
  single("version latest", { ...local, engine: { version: "latest" } }),
  single("simulator speed zero", { ...local, simulator: { speed: 0 } }),
  single("simulator slowdown negative", { ...local, simulator: { slowdown: -1 } }),
  single("fault unknown", { ...local, simulator: { faults: [{ kind: "explode", every: 3 }] } }),
  single("fault without kind", { ...local, simulator: { faults: [{ every: 3 }] } }),
  single("targets an object", { ...local, targets: { name: "a" } }),
  single("target without name", { ...local, targets: [{ url: "http://127.0.0.1:8000" }] }),
  single("target name with a blank", { ...local, targets: [{ name: "Engine A" }] }),
  single("wait time zero", { ...local, harnessSettings: { waitTimeoutSeconds: 0 } }),
  single("memory in GB", { ...gke, harnessSettings: { memory: "32GB" } }),
  single("pvcSize a number", { ...gke, harnessSettings: { pvcSize: 20 } }),
  single("harness with a typo", { ...gke, harness: "guidelm" }),
  single("namespace in capitals", { ...gke, cluster: { namespace: "LLM" } }),
  single("price negative", {
    ...local,
    prices: { "h100-80": { usdPerGpuHour: -1, source: "us", asOf: "2026-11-01" } },
  }),
  single("price without a source", { ...local, prices: { "h100-80": { usdPerGpuHour: 2, asOf: "2026-11-01" } } }),
  single("price with a bad date", {
    ...local,
    prices: { "h100-80": { usdPerGpuHour: 2, source: "us", asOf: "today" } },
  }),
  single("modelSpec incomplete", { ...local, model: "custom", modelSpec: { ...spec, layers: undefined } }),
  single("gpu unknown", { ...local, gpu: "rtx-4090" }),
  single("gpu with a typo", { ...local, gpu: "h100-8" }),
  single("model unknown", { ...local, model: "gpt-4" }),
  single("model with a typo", { ...local, model: "lama-8b" }),
  single("workload with a typo", { ...local, workload: "locl" }),
  single("workload unknown", { ...local, workload: "stress" }),
];

const platformAndMethod: readonly BadConfig[] = (["local", "kind"] as const).flatMap((platform) =>
  (["standalone", "llm-d"] as const).map((method) => cross(`${method} on ${platform}`, { ...local, platform, method })),
);

const gpusNotOnGke = [
  "l40",
  "l40s",
  "a100-40-mig-4g.20gb",
  "a100-80-mig-1g.20gb",
  "a100-80-mig-4g.40gb",
  "h100-80-mig-4g.40gb",
];
const platformAndGpu: readonly BadConfig[] = [
  ...gpusNotOnGke.flatMap((gpu) =>
    (["standalone", "llm-d"] as const).map((method) => cross(`${gpu} on gke by ${method}`, { ...gke, gpu, method })),
  ),
  cross("gpu missing on gke", { platform: "gke", model: "llama-8b" }),
  cross("gpu missing for a simulated engine", { platform: "local", model: "llama-8b" }),
  cross("model missing", { platform: "ocp", gpu: "h100-80" }),
];

const parallelism: readonly BadConfig[] = [
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

const memory: readonly BadConfig[] = [
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

const secrets: readonly BadConfig[] = [
  ...(["llama-1b", "llama-3b", "llama-8b"] as const).flatMap((model) =>
    ([gke, ocp] as const).map((base) => cross(`${model} on ${base.platform} without a token`, { ...base, model }, {})),
  ),
  cross("llm-d, before it is there", { ...ocp, model: "llama-70b", method: "llm-d", gpuCount: 4 }),
  cross("empty token", { ...ocp }, { hfToken: "" }),
  cross(
    "API key of no target",
    { ...local, targets: [{ name: "engine-a", url: "http://127.0.0.1:8000" }] },
    { apiKeys: { "engine-b": "k" } },
  ),
  cross(
    "API key of a simulated target",
    { ...local, targets: [{ name: "engine-a" }] },
    { apiKeys: { "engine-a": "k" } },
  ),
];

const endpoint = { name: "engine-a", url: "http://127.0.0.1:8000" };
const existing: readonly BadConfig[] = [
  cross("existing without targets", { ...local, method: "existing" }),
  cross("existing target without url", { ...local, targets: [{ name: "engine-a", method: "existing" }] }),
  cross("url and method standalone", { ...gke, targets: [{ ...endpoint, method: "standalone" }] }),
  cross("url and method simulated", { ...local, targets: [{ ...endpoint, method: "simulated" }] }),
  cross("url without scheme", { ...local, targets: [{ ...endpoint, url: "127.0.0.1:8000" }] }),
  cross("url of another protocol", { ...local, targets: [{ ...endpoint, url: "ftp://127.0.0.1/" }] }),
  cross("url with a password", { ...local, targets: [{ ...endpoint, url: "https://me:secret@example.org" }] }),
  cross("url with a query", { ...local, targets: [{ ...endpoint, url: "https://example.org/v1?key=secret" }] }),
  cross("existing engine without a model name", { platform: "local", targets: [endpoint] }),
  cross("servedModel of a simulated engine", { ...local, targets: [{ name: "engine-a", servedModel: "mine" }] }),
  cross("engine settings of an existing engine", { ...local, targets: [{ ...endpoint, engine: { maxNumSeqs: 8 } }] }),
  cross("engine settings where all exist", { ...local, engine: { maxNumSeqs: 8 }, targets: [endpoint] }),
  cross("simulator settings of an existing engine", { ...local, targets: [{ ...endpoint, simulator: { speed: 2 } }] }),
  cross("simulator settings of a deployed engine", {
    ...gke,
    targets: [{ name: "engine-a", simulator: { speed: 2 } }],
  }),
  cross("simulator settings where none is simulated", { ...gke, simulator: { speed: 2 } }),
  cross("two targets of one name", { ...local, targets: [{ name: "engine-a" }, { name: "engine-a" }] }),
];

const engine: readonly BadConfig[] = [
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

const harness: readonly BadConfig[] = [
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

const slice = { ...ocp, gpu: "h100-80-mig-3g.40gb" };
const simulated = { ...local, platform: "kind" };
const host = "https://api.example.org:6443";
const storage = (modelStorage: object) => ({ cluster: { modelStorage } });

const clusters: readonly BadConfig[] = [
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

const overrides: readonly BadConfig[] = (
  [
    ["unknown key", { "data.inputTokens.std": 10 }],
    ["unknown key without a neighbour", { "data.colour": "blue" }],
    ["unknown section", { "satges.seconds": 10 }],
    ["wrong type", { "stages.seconds": "soon" }],
    ["out of range", { "stages.concurrency": [0, 1] }],
    ["empty list", { "stages.concurrency": [] }],
    ["unknown distribution", { "data.inputTokens": { type: "gamma", mean: 5 } }],
    ["missing key", { "data.outputTokens": { type: "uniform", min: 5 } }],
    ["two kinds of load", { "stages.poisson": [1, 2] }],
    ["two ways to end", { "stages.requests": 100 }],
    ["no load", { stages: { seconds: 5 } }],
    ["no end", { stages: { concurrency: [1, 2] } }],
    ["the same load twice", { "stages.concurrency": [1, 2, 2] }],
    ["min above max", { "data.inputTokens.min": 1000 }],
    ["min above max in a whole distribution", { "data.inputTokens": { type: "uniform", min: 9, max: 5 } }],
    ["mean out of range", { "data.inputTokens.mean": 1000 }],
    ["token ids by the chat API", { "data.form": "tokenIds" }],
    ["a shared prefix too long for the context", { "data.sharedPrefix": { tokens: 20_000, groups: 4 } }],
    ["images too large for the context", { "data.images": { count: 1, format: "png", ...square(64, 4096) } }],
    [
      "images by the completions API",
      { api: "completions", "data.images": { count: 1, format: "png", ...square(64, 64) } },
    ],
    ["images of no size", { "data.images": { count: 1, format: "png", ...square(512, 64) } }],
    [
      "images smaller than their squares",
      { "data.images": { count: 1, format: "png", ...square(64, 64), width: { min: 16, max: 64 } } },
    ],
    [
      "answers of a negative factor",
      { "data.outputTokens": { type: "relative", factorMean: -1, factorStdDev: 0, min: 1, max: 9 } },
    ],
    [
      "answers of a factor with min above max",
      { "data.outputTokens": { type: "relative", factorMean: 1, factorStdDev: 0, min: 10, max: 9 } },
    ],
    ["a place in a list that is not there", { "stages.concurrency.9": 64 }],
    ["a total deadline before the first token", { "deadlines.totalMs": 1000 }],
    [
      "a file that is not there",
      { data: { type: "file", path: "nowhere.jsonl", outputTokens: { type: "fixed", value: 8 } } },
    ],
    ["unknown API", { api: "responses" }],
  ] as const
).map(([name, workloadOverrides]) => cross(`override: ${name}`, { ...local, workloadOverrides }));

const criteria: readonly BadConfig[] = [
  single("objective with a typo", { ...local, slo: { tftMs: { p95: 200 } } }),
  single("percentile that no objective has", { ...local, slo: { ttftMs: { p90: 200 } } }),
  single("objective without a percentile", { ...local, slo: { ttftMs: 200 } }),
  single("limit of zero", { ...local, slo: { tpotMs: { p50: 0 } } }),
  single("limit with its unit", { ...local, slo: { tpotMs: { p50: "20ms" } } }),
  single("error rate in percent", { ...local, slo: { maxErrorRate: 5 } }),
  single("throughput of zero", { ...local, slo: { minOutputTokensPerSecond: 0 } }),
  single("objective at the top level", { ...local, maxErrorRate: 0.01 }),
  single("primary metric unknown", { ...local, comparison: { primary: "ttftMs" } }),
  single("margin of an unknown metric", { ...local, comparison: { margins: { throughput: 0.05 } } }),
  single("margin in percent", { ...local, comparison: { margins: { ttftP50Ms: 10 } } }),
  single("energy overhead below one", { ...local, cost: { pue: 0.9 } }),
  single("cost per hour negative", { ...local, cost: { extraUsdPerHour: -1 } }),
  single("cost key with a typo", { ...local, cost: { extraUsdPerHours: 1 } }),
  cross("an objective of no limit", { ...local, slo: { e2eMs: {} } }),
  cross("p95 below p50", { ...local, slo: { ttftMs: { p50: 200, p95: 100 } } }),
  cross("p99 below p50, p95 left out", { ...local, slo: { itlMs: { p50: 20, p99: 10 } } }),
  cross("objectives for a start-up", { ...gke, harness: "nop", slo: { ttftMs: { p50: 200 } } }),
];

export const badConfigs: readonly BadConfig[] = [
  ...[
    shapes,
    platformAndMethod,
    platformAndGpu,
    parallelism,
    memory,
    secrets,
    existing,
    engine,
    harness,
    clusters,
    overrides,
    criteria,
  ],
].flat();
