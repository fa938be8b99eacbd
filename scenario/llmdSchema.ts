import { z } from "zod";
import { gatewayProviders, routerCharts, routingPresets } from "./llmd.ts";
import { cpu, objectName, positive, quantity } from "./valueSchemas.ts";

const role = z
  .strictObject({
    replicas: positive.max(64).describe("Default: engine.replicas."),
    tensorParallel: positive.max(64).describe("GPUs that share one copy of the weights. Default: engine's."),
    dataParallel: positive
      .max(64)
      .describe("Copies of the weights in one replica; a mixture's experts are split among them. Default 1."),
    nodes: positive
      .max(32)
      .describe(
        "Pods of one replica, each on a node, as a LeaderWorkerSet; they share dataParallel evenly. Default 1.",
      ),
    cpu: cpu.describe("Cores of one pod. Default: engine.cpu."),
    memory: quantity.describe("Memory of one pod. Default: engine.memory."),
    extraArgs: z.array(z.string().min(1)).describe("For `vllm serve` of this role, after engine.extraArgs."),
  })
  .partial();

/** Of `llmd`, at the top level and in a target. */
export const llmdSchema = z
  .strictObject({
    gateway: z
      .enum(gatewayProviders)
      .describe(
        "What takes requests in; none: the endpoint picker's own proxy. Default: gke on gke, istio on ocp, else none.",
      ),
    gatewayClass: objectName.describe("GatewayClass. Default: istio, agentgateway, or gke-l7-rilb (inside the VPC)."),
    router: z
      .enum(routerCharts)
      .describe(
        "Chart of the endpoint picker: of the Gateway API Inference Extension, or llm-d's. Default inferencepool.",
      ),
    routing: z
      .enum(routingPresets)
      .describe(
        "How the endpoint picker chooses a pod; random is the baseline without any intelligence. Default prefix-aware.",
      ),
    plugins: z.record(z.string(), z.unknown()).describe("An EndpointPickerConfig as it is, in place of routing's."),
    endpointPicker: z
      .strictObject({
        cpu: cpu.describe("Default 4; 0.1 on kind."),
        memory: quantity.describe("Default 8Gi; 256Mi on kind."),
      })
      .partial()
      .describe("Resources of the endpoint picker's container."),
    prefillThreshold: z
      .int()
      .min(0)
      .max(1_000_000)
      .describe(
        "Prompt tokens that no cache holds from which on a prefill pod reads the prompt; 0: every prompt. Default 16.",
      ),
    decode: role.describe("Pods that answer; without prefill they also read the prompts."),
    prefill: role.describe("Pods that only read prompts. Its presence, even {}, disaggregates. Defaults: decode's."),
    charts: z
      .string()
      .min(1)
      .describe(
        "Folder (relative to the project), oci:// or https:// address with the charts. Default: their makers' homes.",
      ),
  })
  .partial();

export type LlmdConfig = z.output<typeof llmdSchema>;
export type RoleConfig = z.output<typeof role>;
