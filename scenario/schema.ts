import { z } from "zod";
import { mostMetricsUrls } from "../harness/plan.ts";
import { type ComparedMetric, comparedMetricNames } from "./criteria.ts";
import { loadFormats } from "./engine.ts";
import { gpus } from "./gpus.ts";
import { llmdSchema } from "./llmdSchema.ts";
import { models } from "./models.ts";
import { cpu, dnsLabel, name, objectName, positive, quantity } from "./valueSchemas.ts";

/*
 * The shape of a stack's configuration, key by key. Nothing here compares two keys: zod drops refinements as soon as one field is bad,
 * so such checks are a second pass (checks.ts). The same schema is published for editors (stackFileSchema.ts).
 */

export const platforms = ["gke", "ocp", "kind", "local"] as const;
export const methods = ["standalone", "llm-d", "existing", "simulated"] as const;
export const modes = ["benchmark", "standup", "debug"] as const;
export const harnesses = [
  "llmbench",
  "inference-perf",
  "guidellm",
  "fmperf",
  "vllm-benchmark",
  "aiperf",
  "nop",
] as const;

const engine = z
  .strictObject({
    tensorParallel: positive.max(64).describe("GPUs that share one replica's weights. Default: gpuCount, else 1."),
    replicas: positive.max(64).describe("Engines behind one endpoint. Default 1."),
    maxModelLen: positive.describe(
      "Longest prompt plus output, in tokens. Default: the model's context, at most 16384.",
    ),
    maxNumSeqs: positive.describe("Requests in one batch. Default: as vLLM chooses for the GPU (1024 or 256)."),
    maxNumBatchedTokens: positive.describe("Tokens in one step. Default: as vLLM chooses for the GPU (8192 or 2048)."),
    gpuMemoryUtilization: z.number().min(0.1).max(1).describe("Share of GPU memory for the engine. Default 0.9."),
    kvCacheDtype: z.enum(["auto", "fp8"]).describe("fp8 halves the KV cache. Default auto: as the model."),
    dtype: z.enum(["auto", "bfloat16", "float16"]).describe("Type of unquantised weights. Default auto."),
    prefixCaching: z.boolean().describe("Reuse the KV cache of equal prompt beginnings. Default true."),
    blockSize: z.literal([16, 32, 64, 128, 256]).describe("Tokens per KV-cache block. Default 16."),
    loadFormat: z
      .enum(loadFormats)
      .describe("How weights are read; what it needs is installed or made first. Default: as vLLM chooses."),
    image: z.string().min(1).describe("Container image with tag or digest; not together with version."),
    version: z
      .string()
      .regex(/^v\d+\.\d+\.\d+/)
      .meta({ title: "a vLLM release such as v0.26.0" })
      .describe("vLLM release."),
    extraArgs: z.array(z.string().min(1)).describe("Appended to `vllm serve` as they are."),
    cpu: cpu.describe("Cores of one replica's pod. Default 2, and 2 more for each GPU; 0.25 if simulated."),
    memory: quantity.describe(
      "Memory of one replica's pod. Default 24Gi, and 16Gi more for each GPU; 512Mi if simulated.",
    ),
    sharedMemory: quantity.describe("Of /dev/shm, part of memory. Default 16Gi."),
  })
  .partial();

const fault = z.strictObject({
  kind: z
    .enum(["http500", "http429", "cut", "stall", "malformed", "empty", "engineDead"])
    .describe("How the request fails."),
  every: positive.optional().describe("Every n-th request fails; not together with requests."),
  requests: z.array(z.int().min(0)).min(1).optional().describe("Numbers of the requests that fail, from 0."),
  afterTokens: z.int().min(0).optional().describe("Tokens sent before a fault inside a stream strikes."),
  retryAfterSeconds: z.number().min(0).optional().describe("Retry-After of http429."),
});

const simulator = z
  .strictObject({
    speed: z.number().gt(0).max(1000).describe("Simulated seconds per real second. Default 1."),
    slowdown: z.number().gt(0).max(100).describe("Factor on every time: 1.15 is 15 % slower. Default 1."),
    faults: z.array(fault).describe("Requests that fail on purpose."),
  })
  .partial();

const hardwareAndModel = {
  gpu: name(
    "the name of a GPU such as h100-80",
    gpus.map((gpu) => gpu.name),
  ).describe("GPU or MIG slice: a100-40, a100-80, h100-80, h100-80-mig-3g.40gb, l40, l40s, ..."),
  gpuCount: z.int().min(0).max(64).describe("GPUs of one replica. Default (or 0): engine.tensorParallel."),
  model: name("the name of a model such as llama-8b", [...models.map((model) => model.alias), "custom"]).describe(
    "llama-1b, llama-3b, llama-8b, llama-70b, llama-17b, ... a name on the hub, or custom.",
  ),
  method: z.enum(methods).describe("How the engine comes to be: deployed, found at a URL, or simulated."),
  engine: engine.describe("Settings of vLLM."),
  llmd: llmdSchema.describe(
    "How llm-d serves the model: gateway, routing, prefill and decode pods. With method llm-d.",
  ),
  simulator: simulator.describe("Settings of the simulated engine."),
};

const target = z.strictObject({
  name: dnsLabel.describe("Names the engine in results, and its key in apiKeys."),
  url: z.string().min(1).optional().describe("Of an engine that runs already, e.g. http://10.0.0.5:8000."),
  servedModel: z
    .string()
    .min(1)
    .optional()
    .describe("Model name that the engine at the URL expects. Default: the model's."),
  metricsUrls: z
    .array(z.string().min(1))
    .min(1)
    .max(mostMetricsUrls)
    .optional()
    .describe(
      "Where the pods, router and GPUs behind the URL tell their metrics. Default: /metrics of the URL's host.",
    ),
  ...z.object(hardwareAndModel).partial().shape,
});

const harnessSettings = z
  .strictObject({
    waitTimeoutSeconds: positive
      .max(604800)
      .describe("Longest run before it is stopped and kept as partial. Default 3600."),
    namespace: dnsLabel.describe("Default: the cluster's namespace."),
    image: z.string().min(1).describe("Image of the load generator. Default: as the harness needs."),
    imagePullSecret: objectName.describe(
      "Secret in the load generator's namespace, made by others, to pull its image.",
    ),
    serviceAccount: objectName.describe("Identity of its pod, made by others. Default: ours, without any rights."),
    cpu: cpu.describe("Cores of the load generator. Default 16."),
    memory: quantity.describe("Memory of the load generator. Default 32Gi."),
    pvcSize: quantity.describe("Volume for results. Default 20Gi."),
    tokenizer: name("a name on the Hugging Face hub, or a folder").describe(
      "For harnesses that count tokens themselves. Default: the model's.",
    ),
  })
  .partial();

const modelStorage = z
  .strictObject({
    size: quantity.describe("Volume for the model. Default: a third more than its weights."),
    storageClass: z.string().min(1).describe("Default: cluster.storageClass, else the platform's."),
    accessMode: z
      .enum(["ReadWriteOnce", "ReadWriteMany"])
      .describe("ReadWriteMany lets engines on several nodes share it. Default ReadWriteOnce."),
    claim: objectName.describe("A claim that is there already, with or without the model, and is kept."),
  })
  .partial();

const cluster = z
  .strictObject({
    context: z.string().min(1).describe('Context of the kubeconfig. Default "auto": the current one.'),
    namespace: dnsLabel.describe("Default llmdbench."),
    createNamespace: z.boolean().describe("Create the namespace and delete it on destroy. Default true."),
    storageClass: z.string().min(1).describe("Of all volumes. Default: the platform's."),
    host: z
      .string()
      .min(1)
      .describe("API server, such as https://api.example.com:6443, with the secret clusterToken. Default: kubeconfig."),
    certificateAuthority: z
      .string()
      .min(1)
      .describe("PEM file that signs the host's certificate. Default: the system's."),
    modelStorage: modelStorage.describe("Where models are kept between runs."),
    migStrategy: z
      .enum(["single", "mixed"])
      .describe("OpenShift: how the GPU operator names MIG slices. Default single: nvidia.com/gpu."),
    readyTimeoutSeconds: z
      .int()
      .min(10)
      .max(86400)
      .describe("Longest wait for a model to load and its engine to be ready. Default 3600."),
    monitoring: z.boolean().describe("Tell the platform's Prometheus about the engines. Default false."),
    expose: z.boolean().describe("OpenShift: a Route to each engine from outside. Default false."),
  })
  .partial();

const modelSpec = z.strictObject({
  name: z.string().min(1).describe("Name on the Hugging Face hub."),
  totalParams: positive.describe("Parameters to load."),
  activeParams: positive.optional().describe("Parameters that one token uses. Default: totalParams."),
  layers: positive.max(1000),
  hiddenSize: positive,
  ffnSize: positive.describe("Width of one feed-forward block: of one expert in a mixture."),
  attentionHeads: positive,
  kvHeads: positive,
  headSize: positive,
  vocabSize: positive,
  tiedEmbeddings: z.boolean().optional().describe("Default false."),
  maxContext: positive.describe("Longest context in tokens."),
  precision: z.enum(["bf16", "fp8"]).optional().describe("Default bf16."),
  bf16Params: positive
    .optional()
    .describe("Parameters kept in two bytes. Default for fp8: embeddings and output layer."),
  gated: z.boolean().optional().describe("Needs hfToken. Default false."),
  moe: z.strictObject({ experts: positive, activeExperts: positive, sharedExperts: z.int().min(0) }).optional(),
});

const price = z.strictObject({
  usdPerGpuHour: z.number().min(0),
  source: z.string().min(1).describe("Where the price comes from; printed beside every cost."),
  asOf: z.iso.date().meta({ title: "a date such as 2026-11-22" }).describe("Day the price was valid."),
});

const milliseconds = z.number().gt(0).max(86_400_000);
const limits = z
  .strictObject({
    p50: milliseconds.describe("Half of all requests are at most this slow, in ms."),
    p95: milliseconds.describe("95 of 100 requests are, in ms."),
    p99: milliseconds.describe("99 of 100 requests are, in ms."),
  })
  .partial();

const slo = z
  .strictObject({
    ttftMs: limits.describe("Time to the first token."),
    tpotMs: limits.describe("Time per output token after the first."),
    itlMs: limits.describe("Gap between two tokens."),
    e2eMs: limits.describe("The whole answer."),
    minRequestsPerSecond: z.number().gt(0).describe("Least throughput in requests/s."),
    minOutputTokensPerSecond: z.number().gt(0).describe("Least throughput in output tokens/s."),
    maxErrorRate: z.number().min(0).max(1).describe("Largest share of failed requests: 0.01 is 1 %."),
  })
  .partial();

const margin = z.number().gt(0).max(1);
const comparison = z
  .strictObject({
    primary: z
      .enum(comparedMetricNames)
      .describe("The one metric that verdict and gate rest on. Default outputTokensPerSecond."),
    margins: z
      .strictObject(
        Object.fromEntries(comparedMetricNames.map((metric) => [metric, margin])) as Record<
          ComparedMetric,
          typeof margin
        >,
      )
      .partial()
      .describe("Smallest change that matters, as a share. Default 0.05 for throughput, 0.1 for latencies."),
  })
  .partial();

const cost = z
  .strictObject({
    extraUsdPerHour: z.number().min(0).describe("Gateway, volumes, load balancer and the like. Default 0."),
    requestsPerSecond: z.number().gt(0).describe("The load the system is bought for: what it costs is then computed."),
    pue: z.number().min(1).max(5).describe("Power usage effectiveness of the site; energy is multiplied. Default 1."),
  })
  .partial();

export const configSchema = z.strictObject({
  platform: z.enum(platforms).describe("Where it runs: gke, ocp, kind, or local (this machine, no cluster)."),
  ...z.object(hardwareAndModel).partial().shape,
  targets: z
    .array(target)
    .optional()
    .describe("Engines to compare, one after the other; each inherits the keys beside it."),
  workload: name("the name of a profile such as local")
    .optional()
    .describe(
      "Profile under workloads/profiles/<harness>/; with a slash, the path of a file of yours, relative to the project's folder. Harness nop needs none.",
    ),
  workloadOverrides: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Values laid over the profile: "key.path": value.'),
  harness: z
    .enum(harnesses)
    .optional()
    .describe("Load generator. Default: inference-perf on gke and ocp, else llmbench."),
  harnessSettings: harnessSettings.optional().describe("Resources and limits of the load generator."),
  repetitions: positive
    .max(100)
    .optional()
    .describe("Runs per target; intervals need 2 or more. Default: 5 with several targets, else 1."),
  together: z
    .boolean()
    .optional()
    .describe("After each target alone, load all of them at once, to see what they cost each other. Default false."),
  mode: z
    .enum(modes)
    .optional()
    .describe("benchmark, standup (engines only) or debug (the load generator's pod sleeps). Default benchmark."),
  seed: z
    .int()
    .min(0)
    .max(4294967295)
    .optional()
    .describe("Same seed and workload, same prompts and arrival times. Default 1."),
  cluster: cluster.optional().describe("Which cluster and namespace; not on platform local."),
  modelSpec: modelSpec.optional().describe("Architecture of a model outside the catalogue; with model: custom."),
  prices: z.record(z.string(), price).optional().describe("GPU name -> price, in place of the catalogue's."),
  slo: slo.optional().describe("Service level objectives: what a stage must hold. Changing them needs no new run."),
  comparison: comparison.optional().describe("What a comparison's verdict rests on. Changing it needs no new run."),
  cost: cost.optional().describe("What is paid besides GPUs, and for which load. Changing it needs no new run."),
});

export type Config = z.output<typeof configSchema>;
export type TargetConfig = z.output<typeof target>;
export type EngineConfig = z.output<typeof engine>;
